import { expect, test } from "bun:test"
import { describeCompiled, importsGuard } from "../../../scripts/build/check-compiled.ts"
import type { Compiled } from "../../../scripts/build/compile-tree.ts"
import type { Executable, ModuleGraph } from "../../../scripts/container/index.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

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

const code = (name: string, text: string) => sampleModule({ name, contents: Buffer.from(text) })
const sitter = (text: string) => code("/$bunfs/root/tree-sitter-0a1b2c3d.wasm", text)
const modules = [code(ENTRY, GUARD), code(NAMES.gitIndex, ""), sitter("the release's")]
const argv = `--preload=${NAMES.gitIndex} --`
const stock = { graph: { modules, flags: 3 } } as unknown as Executable

// What is looked at first is told first, so each has all that is looked at ahead of it. Two of them are compiled in
// git-build.test.ts, and the others with --all.
test.each<[string, string, Partial<ModuleGraph>, boolean?]>([
  ["another runtime", "the runtime is not the pinned Bun: byte 7 differs", {}, false],
  ["no preload of the guard", "the stored arguments are --", { argv: "--" }],
  ["another preload behind it", "the stored arguments are", { argv: `${argv} --preload=./a.js` }],
  ["no guard", "there is no module", { modules: [modules[0]!, sitter("")] }],
  ["another entry", `what is run is ${NAMES.gitIndex}, not ${ENTRY}`, { entry: 1 }],
  ["an entry without the guard", "the entry does not import", { modules: [code(ENTRY, ""), modules[1]!] }],
  ["flags by which .env is read", "it reads .env", { flags: 1 }],
  ["flags by which more is read", "its flags are 11, not 3", { flags: 11 }],
  ["another tree-sitter", "its tree-sitter is not", { modules: [...modules.slice(0, 2), sitter("another")] }],
  ["no web UI", "there is no web UI inside", {}],
])("what was compiled with %s is refused", (_, why, change, equal = true) => {
  const graph = { modules, entry: 0, argv, flags: 3, ...change } as ModuleGraph
  const compiled = { graph, runtime: { equal, firstDifference: 7 } } as unknown as Compiled
  expect(() => describeCompiled(graph, compiled, stock)).toThrow(why)
})
