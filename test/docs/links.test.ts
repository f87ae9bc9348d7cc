import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")
const FOLDERS = ["", "docs/", "docs/enterprise/", "test/", "audit/"]
const listed = FOLDERS.map((folder) => Array.fromAsync(new Bun.Glob(`${folder}*.md`).scan({ cwd: ROOT })))
const pages = (await Promise.all(listed)).flat()

test.each(pages)("%s links to files that are there", async (page) => {
  const text = await readFile(join(ROOT, page), "utf8")
  const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g), ([, path]) =>
    join(dirname(page), path!),
  )
  const named = Array.from(text.matchAll(/`(docs\/[\w-]+\.(?:md|json))`/g), ([, path]) => path!)
  expect([...links, ...named].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test("the pages at the root and in docs/ are among those that were looked at", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "SECURITY.md", "docs/README.md", "docs/policy.md"]),
  )
})

test("docs/README.md is an index of all that is in docs/", async () => {
  const index = await readFile(join(ROOT, "docs/README.md"), "utf8")
  const folders = ["", "enterprise/"]
  const found = folders.map(async (folder) =>
    (await readdir(join(ROOT, "docs", folder))).map((name) => folder + name),
  )
  const files = (await Promise.all(found)).flat().filter((name) => /\.(md|json)$/.test(name))
  expect(files.filter((name) => name !== "README.md" && !index.includes(`(${name})`))).toEqual([])
})
