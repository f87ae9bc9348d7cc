import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import cacache from "cacache"
import { bringOutside, keepOutside } from "../../../../scripts/upstream/git/outside-registries.ts"

const COMMIT = "@GH@owner-name-0123456@@@1"
const TARBALL = "@T@0123456789abcdef@@@1"

let root: string
let cache: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "outside-"))
  cache = join(root, "cache")
  for (const name of [COMMIT, TARBALL, "zod@1.0.0@@@1"]) await put(join(root, "filled", name))
  await keepOutside(join(root, "filled"), cache)
})
afterEach(() => rm(root, { recursive: true }))

async function put(folder: string) {
  await mkdir(join(folder, "lib"), { recursive: true })
  await writeFile(join(folder, "lib/index.js"), "good()")
}

/** What an empty cache of Bun's has after it. */
async function brought(): Promise<string[]> {
  const folder = await mkdtemp(join(root, "empty-"))
  await bringOutside(folder, cache)
  const names = (await readdir(folder)).sort()
  for (const name of names) expect(await readFile(join(folder, name, "lib/index.js"), "utf8")).toBe("good()")
  return names
}

async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

test("what comes from no registry is kept, and nothing else", async () => {
  expect(await brought()).toEqual([COMMIT, TARBALL])
})

test("what has another byte is left out, and can be kept again", async () => {
  const { path } = (await cacache.get.info(join(cache, "bun"), COMMIT))!
  const bytes = await readFile(path)
  bytes[bytes.indexOf("good()")]! ^= 1
  await writeFile(path, bytes)
  expect(await brought()).toEqual([TARBALL])
  await keepOutside(join(root, "filled"), cache)
  expect(await brought()).toEqual([COMMIT, TARBALL])
})

test("whichever bit of it is another, nothing but what was kept is brought", async () => {
  const all = [COMMIT, TARBALL]
  for (const file of await filesIn(join(cache, "bun"))) {
    const kept = await readFile(file)
    let left = 0
    for (let at = 0; at < kept.length; at += Math.ceil(kept.length / 60)) {
      const bytes = Buffer.from(kept)
      bytes[at]! ^= 1 << (at % 8)
      await writeFile(file, bytes)
      const names = await brought()
      expect(all).toEqual(expect.arrayContaining(names))
      if (names.length < all.length) left++
      // Content that is damaged was removed.
      await writeFile(file, kept)
    }
    expect([file, left > 0]).toEqual([file, true])
    expect(await brought()).toEqual(all)
  }
})

test("what was put there as a folder, or under another name, is left where it is", async () => {
  await put(join(cache, "bun", "@GH@foreign@@@1"))
  await put(join(cache, "bun", "zod@1.0.0@@@1"))
  await cacache.put(join(cache, "bun"), "zod@1.0.0@@@1", Buffer.from("not an archive"))
  expect(await brought()).toEqual([COMMIT, TARBALL])
})
