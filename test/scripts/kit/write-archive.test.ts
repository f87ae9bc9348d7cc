import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { list, type ReadEntry } from "tar"
import { kitFile } from "../../../scripts/kit/kit-file.ts"
import { writeArchive } from "../../../scripts/kit/write-archive.ts"

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
  const { bytes, sha256 } = await writeArchive(files, "top", join(folder, "new/kit.tar.gz"))
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

test("is the same bytes whatever the order of the files and the time of day", async () => {
  const one = await writeArchive(files, "top", join(folder, "one"))
  await Bun.sleep(1100)
  const two = await writeArchive(files.toReversed(), "top", join(folder, "two"))
  expect(two).toEqual(one)
})

test("that cannot be written leaves an earlier one as it was", async () => {
  const out = join(folder, "kit.tar.gz")
  await writeFile(out, "earlier")
  const broken = [{ ...files[0]!, data: undefined as never }]
  await expect(writeArchive(broken, "top", out)).rejects.toThrow()
  expect(await readFile(out, "utf8")).toBe("earlier")
  expect(await readdir(folder)).toEqual(["kit.tar.gz"])
})

test("that has no place there says so, and what to do", async () => {
  const out = join(folder, "folder")
  await mkdir(join(out, "inside"), { recursive: true })
  await expect(writeArchive(files, "top", out)).rejects.toThrow(/could not be written[\s\S]*--out FILE/)
  expect(await readdir(folder)).toEqual(["folder"])
})

test.each(["../a", "./a", "a//b", "/a", 'a"b', "a\\b", "a\nb", "a'b", ""])(
  "a file cannot have the path %j",
  (path) => {
    expect(() => kitFile(path, "")).toThrow("cannot be in the kit")
  },
)
