import { expect, test } from "bun:test"
import { importsGuard } from "../../../scripts/build/check-compiled.ts"
import { NAMES } from "../../../scripts/contents/names.ts"

const ENTRY = "/$bunfs/root/src/index.js"
const GUARD = `import{Offline as o}from${JSON.stringify(NAMES.gitIndex)};`

/** Whether the entry imports the guard, of modules by their names. */
const imports = (modules: Record<string, string>) =>
  importsGuard(
    Object.entries(modules).map(([name, text]) => ({ name, contents: Buffer.from(text) })),
    ENTRY,
  )

test.each<[string, Record<string, string>]>([
  ["the entry's first import", { [ENTRY]: `// @bun\n${GUARD}import a from"fs";a(o)` }],
  ["the first behind Bun's own helpers", { [ENTRY]: `// @bun\nvar a = Object.create;\n\n${GUARD}a(o)` }],
  [
    "the first of the chunk that is imported first",
    { [ENTRY]: 'import{a}from"/$bunfs/root/b.js";a()', "/$bunfs/root/b.js": `${GUARD}export const a=o` },
  ],
  [
    "the first of a chunk's first chunk, by relative names",
    {
      [ENTRY]: 'import{a}from"../b/b.js";a()',
      "/$bunfs/root/b/b.js": 'export{a}from"./c.js"',
      "/$bunfs/root/b/c.js": `${GUARD}export const a=o`,
    },
  ],
])("the guard is run ahead of all else as %s", (_, modules) => {
  expect(imports(modules)).toBe(true)
})

test.each<[string, Record<string, string>]>([
  ["the second import", { [ENTRY]: `import a from"fs";${GUARD}a(o)` }],
  ["a text that is no import", { [ENTRY]: `console.log(${JSON.stringify(NAMES.gitIndex)})` }],
  ["a comment", { [ENTRY]: `/* ${GUARD} */` }],
  ["an import that is awaited", { [ENTRY]: `await import(${JSON.stringify(NAMES.gitIndex)})` }],
  [
    "the first of the second chunk",
    {
      [ENTRY]: 'import{a}from"./a.js";import{b}from"./b.js";a(b)',
      "/$bunfs/root/src/a.js": "export const a=1",
      "/$bunfs/root/src/b.js": `${GUARD}export const b=o`,
    },
  ],
  [
    "the second of the first chunk",
    {
      [ENTRY]: 'import{a}from"./a.js";a()',
      "/$bunfs/root/src/a.js": `import b from"./b.js";${GUARD}export const a=b`,
      "/$bunfs/root/src/b.js": 'import "./a.js";export default 1',
    },
  ],
  ["the first of what is no JavaScript", { [ENTRY]: `${GUARD}}` }],
  ["nothing", {}],
])("the guard is not run ahead of all else as %s", (_, modules) => {
  expect(imports(modules)).toBe(false)
})
