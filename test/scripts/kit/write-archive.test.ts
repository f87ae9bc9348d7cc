import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { list, type ReadEntry } from "tar"
import { kitFile } from "../../../scripts/kit/kit-file.ts"
import { type Form, formOf, writeArchive } from "../../../scripts/kit/write-archive.ts"
import { run } from "../../../scripts/lib/process.ts"
import { TARGETS } from "../../../scripts/upstream/target.ts"
import { readZip } from "../../lib/read-zip.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kit-archive-"))
})
afterEach(() => rm(folder, { recursive: true }))

const long = `node_modules/${"deep/".repeat(60)}index.js`
const files = [
  kitFile("b.txt", "b"),
  kitFile(long, new Uint8Array(100_000).fill(7)),
  kitFile("a/run", "#!/bin/sh\n", true),
]

const FORMS: Form[] = ["tar.gz", "zip"]

async function read(file: string) {
  const found: { path: string; mode?: number; text: string; mtime?: number }[] = []
  const reading: Promise<unknown>[] = []
  await list({
    file,
    onReadEntry: (entry: ReadEntry) => {
      const { path, mode, mtime } = entry
      reading.push(
        entry
          .concat()
          .then((data) => found.push({ path, mode, mtime: mtime?.getTime(), text: String(data) })),
      )
    },
  })
  await Promise.all(reading)
  return found
}

test("holds each file below one folder, sorted, with a mode of its own and a time for all", async () => {
  const { bytes, sha256 } = await writeArchive(files, "top", join(folder, "new/kit.tar.gz"), "tar.gz")
  const file = join(folder, "new/kit.tar.gz")
  const found = await read(file)
  expect(found.map(({ path, mode }) => [path, mode])).toEqual([
    ["top/a/run", 0o755],
    ["top/b.txt", 0o644],
    [`top/${long}`, 0o644],
  ])
  expect(found[2]!.text).toBe("\x07".repeat(100_000))
  expect(new Set(found.map(({ mtime }) => mtime))).toEqual(new Set([Date.parse("1985-10-26T08:15:00Z")]))
  const data = await readFile(file)
  expect({ bytes, sha256 }).toEqual({
    bytes: data.length,
    sha256: new Bun.CryptoHasher("sha256").update(data).digest("hex"),
  })
})

test("for Windows is a zip with the same files and modes, and a time that has no zone", async () => {
  const file = join(folder, "kit.zip")
  const { bytes, sha256 } = await writeArchive(files, "top", file, "zip")
  const data = await readFile(file)
  const found = readZip(data)
  expect(found.map(({ path, mode }) => [path, mode])).toEqual([
    ["top/a/run", 0o100755],
    ["top/b.txt", 0o100644],
    [`top/${long}`, 0o100644],
  ])
  expect(found[2]!.data.equals(Buffer.alloc(100_000, 7))).toBe(true)
  // 1985-10-26 08:15:00, in the form of MS-DOS.
  const moment = { date: (5 << 9) | (10 << 5) | 26, time: (8 << 11) | (15 << 5) }
  for (const { date, time } of found) expect({ date, time }).toEqual(moment)
  const own = new Bun.CryptoHasher("sha256").update(data).digest("hex")
  expect({ bytes, sha256 }).toEqual({ bytes: data.length, sha256: own })
})

test.each(["Pacific/Kiritimati", "America/St_Johns"])("a zip that is made in %s is the same", async (TZ) => {
  const words = ["kit-file.ts", "write-archive.ts"].map((name) =>
    JSON.stringify(join(import.meta.dirname, "../../../scripts/kit", name)),
  )
  const script = `const { kitFile } = await import(${words[0]})
    const { writeArchive } = await import(${words[1]})
    console.log((await writeArchive([kitFile("a", "a")], "top", "kit.zip", "zip")).sha256)`
  const { stdout } = await run(process.execPath, ["-e", script], {
    cwd: folder,
    env: { ...process.env, TZ },
  })
  const here = await writeArchive([kitFile("a", "a")], "top", join(folder, "here.zip"), "zip")
  expect(stdout.trim()).toBe(here.sha256)
})

test("each target has the form that its system unpacks by itself", () => {
  for (const { name, os } of TARGETS) expect(formOf(name)).toBe(os === "windows" ? "zip" : "tar.gz")
})

test.each([
  [["a/b", "A/b"], "differs in its case"],
  [["a/aux.js"], "another name"],
  [["a/con"], "another name"],
  [["a./b"], "another name"],
  [["a/b "], "another name"],
])("a zip for Windows cannot have %p", async (paths, why) => {
  const odd = paths.map((path) => kitFile(path, ""))
  expect(writeArchive(odd, "top", join(folder, "kit.zip"), "zip")).rejects.toThrow(why)
  expect(writeArchive(odd, "top", join(folder, "kit.tar.gz"), "tar.gz")).resolves.toBeDefined()
})

test.each(FORMS)(
  "is the same bytes whatever the order of the files and the time of day: %s",
  async (form) => {
    const one = await writeArchive(files, "top", join(folder, "one"), form)
    await Bun.sleep(2100)
    const two = await writeArchive(files.toReversed(), "top", join(folder, "two"), form)
    expect(two).toEqual(one)
  },
)

test.each(FORMS)("that cannot be written leaves an earlier one as it was: %s", async (form) => {
  const out = join(folder, "kit.tar.gz")
  await writeFile(out, "earlier")
  const broken = [{ ...files[0]!, data: undefined as never }]
  await expect(writeArchive(broken, "top", out, form)).rejects.toThrow()
  expect(await readFile(out, "utf8")).toBe("earlier")
  expect(await readdir(folder)).toEqual(["kit.tar.gz"])
})

test("that has no place there says so, and what to do", async () => {
  const out = join(folder, "folder")
  await mkdir(join(out, "inside"), { recursive: true })
  await expect(writeArchive(files, "top", out, "tar.gz")).rejects.toThrow(
    /could not be written[\s\S]*--out FILE/,
  )
  expect(await readdir(folder)).toEqual(["folder"])
})

test.each(["../a", "./a", "a//b", "/a", 'a"b', "a\\b", "a\nb", "a'b", ""])(
  "a file cannot have the path %j",
  (path) => {
    expect(() => kitFile(path, "")).toThrow("cannot be in the kit")
  },
)
