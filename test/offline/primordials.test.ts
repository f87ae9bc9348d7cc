import { expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { breaches } from "../lib/primordial-breaches.ts"

const offline = join(import.meta.dirname, "../../offline")
const filesOf = async (folder: string) =>
  (await readdir(join(offline, folder))).map((file) => `${folder}/${file}`)
const folders = [...(await filesOf("guard")), ...(await filesOf("children"))]
const deciding = [
  "policy.ts",
  "policy/entry.ts",
  "policy/host.ts",
  "policy/address.ts",
  "system.ts",
  "process.ts",
]

test.each([...folders, ...deciding, "assets/folder.ts"])(
  "%s decides with nothing that a program can replace",
  async (file) => {
    expect(breaches(await readFile(join(offline, file), "utf8"))).toEqual([])
  },
)

test.each([
  [
    "a function of a module's object",
    'import path from "node:path"\nexport const a = () => path.join("a")',
    1,
  ],
  ["a function of the process", "export const a = () => process.cwd()", 1],
  ["what the process says of itself", "export const a = () => process.execPath", 1],
  ["the environment", "export const a = () => process.env.HOME", 0],
  [
    "the kind of a file",
    'import { statSync } from "node:fs"\nexport const a = () => statSync("a").isFile()',
    1,
  ],
  ["a function of a module", 'import { join } from "node:path"\nexport const a = () => join("a")', 0],
  ["a hash", "export const a = (hash) => hash.update(1)", 1],
])("%s is told from what no program can replace", (_title, source, count) => {
  expect(breaches(source)).toHaveLength(count)
})
