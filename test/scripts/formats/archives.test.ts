import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { writeAr } from "../../../scripts/formats/ar.ts"
import { writeCpio } from "../../../scripts/formats/cpio.ts"
import { type Entry, inOrder } from "../../../scripts/formats/entry.ts"
import { gzip } from "../../../scripts/formats/gzip.ts"
import { readTar } from "../../../scripts/formats/read-tar.ts"
import { writeTar } from "../../../scripts/formats/tar.ts"
import { run } from "../../../scripts/lib/process.ts"

const LONG = `usr/${"a-folder-with-a-name/".repeat(20)}file`
const entries: Entry[] = [
  { path: "usr/bin/run", mode: 0o755, data: Buffer.from("#!/bin/sh\n") },
  { path: LONG, mode: 0o644, data: Buffer.alloc(1000, 7) },
  { path: "usr/link", mode: 0o777, link: "bin/run" },
  { path: "home", mode: 0o700, owner: 65_532, isFolder: true },
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "archives-"))
})
afterAll(() => rm(folder, { recursive: true }))

describe("entries in order", () => {
  test("have each folder once, ahead of what is in it", () => {
    const paths = inOrder(entries).map(({ path }) => path)
    expect(paths.slice(0, 4)).toEqual([
      "home",
      "usr",
      "usr/a-folder-with-a-name",
      "usr/a-folder-with-a-name/a-folder-with-a-name",
    ])
    expect(new Set(paths).size).toBe(paths.length)
    expect(paths).toContain("usr/bin")
  })

  test.each(["/etc/passwd", "a/../b", "a//b", ""])("are none with the path %j", (path) => {
    expect(() => inOrder([{ path, mode: 0o644, data: Buffer.of() }])).toThrow("is no path")
  })

  test("are none when two have one path, or a file is a folder, too", () => {
    const file = (path: string): Entry => ({ path, mode: 0o644, data: Buffer.of() })
    expect(() => inOrder([file("a"), file("a")])).toThrow("there twice")
    expect(() => inOrder([file("a"), file("a/b")])).toThrow("is a folder, and is not")
  })
})

describe("a tar archive", () => {
  const bytes = () => Buffer.concat([...writeTar(inOrder(entries), 1_000_000_000, "./")])

  test("is read by the system's tar, with modes, owners, links and a long path", async () => {
    await writeFile(join(folder, "a.tar"), bytes())
    const { stdout } = await run("tar", ["-tvf", join(folder, "a.tar"), "--numeric-owner", "--utc"], {
      env: process.env,
    })
    expect(stdout).toContain("-rwxr-xr-x 0/0              10 2001-09-09 01:46 ./usr/bin/run\n")
    expect(stdout).toContain(`./${LONG}\n`)
    expect(stdout).toContain("./usr/link -> bin/run\n")
    expect(stdout).toMatch(/^drwx------ 65532\/65532 .* \.\/home\/$/m)
  })

  test("is what was put in when it is read again", async () => {
    await writeFile(join(folder, "b.tar"), bytes())
    const files = await readTar(join(folder, "b.tar"))
    expect([...files.keys()].sort()).toEqual([LONG, "usr/bin/run"])
    expect(Buffer.from(files.get(LONG)!)).toEqual(Buffer.alloc(1000, 7))
  })

  test("is none that can be read when it is cut short, or is no archive", async () => {
    await writeFile(join(folder, "c.tar"), bytes().subarray(0, 700))
    await expect(readTar(join(folder, "c.tar"))).rejects.toThrow()
    await writeFile(join(folder, "d.tar"), "no archive".repeat(100))
    await expect(readTar(join(folder, "d.tar"))).rejects.toThrow()
  })

  test("has no link that a header has no room for", () => {
    const link: Entry = { path: "a", mode: 0o777, link: "b".repeat(200) }
    expect(() => [...writeTar([link], 0)]).toThrow("leads too far")
  })

  test("is compressed to the same bytes each time, with the hash of what it was", async () => {
    const [one, two] = [await gzip([bytes()]), await gzip(writeTar(inOrder(entries), 1_000_000_000, "./"))]
    expect(one).toEqual(two)
    expect(one.before.sha256).toBe(createHash("sha256").update(bytes()).digest("hex"))
    expect(gunzipSync(one.bytes)).toEqual(bytes())
  })
})

describe("an ar archive", () => {
  test("has each member at an even offset, behind a header of sixty bytes", () => {
    const members = [
      { name: "one", data: Buffer.from("odd") },
      { name: "two.tar.gz", data: Buffer.from("even") },
    ]
    const text = Buffer.concat(writeAr(members, 7)).toString("latin1")
    expect(text).toBe(
      `!<arch>\none             7           0     0     100644  3         \`\nodd\ntwo.tar.gz      7           0     0     100644  4         \`\neven`,
    )
  })

  test("has no member whose name is too long for it", () => {
    expect(() => writeAr([{ name: "a-name-of-17-byte", data: Buffer.of() }], 0)).toThrow("cannot be the name")
  })
})

test("a cpio archive has its numbers in hexadecimal, and each file at a multiple of four", () => {
  const text = Buffer.concat([
    ...writeCpio([{ path: "a", mode: 0o644, data: Buffer.from("hello") }], 255),
  ]).toString()
  const head = `07070100000001000081a4${"0".repeat(16)}00000001000000ff00000005`
  expect(text).toStartWith(`${head}${"0".repeat(32)}00000004${"0".repeat(8)}./a\0`)
  expect(text.indexOf("hello") % 4).toBe(0)
  expect(text.indexOf("070701", 6) % 4).toBe(0)
  expect(text).toContain("TRAILER!!!\0")
})
