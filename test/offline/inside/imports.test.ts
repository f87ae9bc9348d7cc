import { describe, expect, test } from "bun:test"
import {
  importsOf,
  isModule,
  packageOf,
  renameImports,
  statementImportsOf,
} from "../../../offline/inside/imports.ts"

const rename = (specifier: string) => (specifier === "zod" ? "inside:zod" : undefined)

describe("what a module imports", () => {
  test.each([
    [`import { z } from "zod"`, `import { z } from "inside:zod"`],
    [`import z from 'zod'`, `import z from 'inside:zod'`],
    [`import * as z from "zod";`, `import * as z from "inside:zod";`],
    [`import {\n  z,\n} from "zod"`, `import {\n  z,\n} from "inside:zod"`],
    [`import{z}from"zod"`, `import{z}from"inside:zod"`],
    [`import "zod"`, `import "inside:zod"`],
    [`export { z } from "zod"`, `export { z } from "inside:zod"`],
    [`export * from "zod"`, `export * from "inside:zod"`],
    [`await import("zod")`, `await import("inside:zod")`],
    [`import type { ZodType } from "zod"`, `import type { ZodType } from "inside:zod"`],
  ])("is renamed in %j", (text, renamed) => {
    expect(importsOf(text)).toEqual(["zod"])
    expect(renameImports(text, rename)).toBe(renamed)
  })

  test.each([
    [`import { z } from "zod/v4"`],
    [`import { z } from "./zod"`],
    [`const zod = "zod"`],
    [`require("zod")`],
    [`Array.from(["zod"])`],
    [`const from = { a: "zod" }`],
  ])("stays as it is in %j", (text) => {
    expect(renameImports(text, rename)).toBe(text)
  })
})

describe("what a module cannot be evaluated without", () => {
  test.each([
    [`import lodash from "lodash"`],
    [`import 'lodash'`],
    [`import{chunk}from"lodash"`],
    [`import {\n  chunk,\n} from "lodash"`],
    [`  export * from "lodash"`],
    [`import "./own"\nimport * as all from "lodash"`],
  ])("is found in %j", (text) => {
    expect(statementImportsOf(text)).toContain("lodash")
  })

  test.each([
    [`// import lodash from "lodash"`],
    [`/**\n * import lodash from "lodash"\n */`],
    [`import type { Chunk } from "lodash"`],
    [`export type { Chunk } from "lodash"`],
    [`await import("lodash")`],
    [`export const name = "lodash"`],
    [`export default { from: "lodash" }`],
    ['const text = `import lodash from "lodash"`'],
  ])("is not in %j", (text) => {
    expect(statementImportsOf(text)).toEqual([])
  })
})

test("a file with import or export statements is a module, one of CommonJS by its name or contents is not", () => {
  expect(isModule("a.ts", `import "b"`)).toBe(true)
  expect(isModule("a.js", `// first\nexport const b = 1`)).toBe(true)
  expect(isModule("a.js", `var a=1;export{a as default};`)).toBe(true)
  expect(isModule("a.js", `exports.b = import("c")`)).toBe(false)
  expect(isModule("a.js", `const a = require("b");module.exports = { a }`)).toBe(false)
  expect(isModule("a.cjs", `import "b"`)).toBe(false)
})

test("a specifier leads into a package, or is a path, a URL or a builtin", () => {
  expect(["zod", "zod/v4", "@a/b", "@a/b/c.js", "decimal.js"].map(packageOf)).toEqual([
    ...["zod", "zod", "@a/b", "@a/b", "decimal.js"],
  ])
  const none = ["./a", "../a", "/a", "@a", "node:fs", "file:///a", "https://a.b/c", "bun:sqlite"]
  expect(none.map(packageOf)).toEqual(none.map(() => undefined))
})
