import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Plugin } from "esbuild"

/**
 * Makes what a bundle imports from the builtin modules of Node and Bun, by name or as the default, load when it is used
 * first, not when the bundle is evaluated: every worker evaluates the bundle, and few use what it imports. What the guard
 * relies on is taken when that is put up (offline/held.ts).
 */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:|bun:ffi$)/ }, async ({ path, importer, namespace }) => {
      if (namespace !== "file") return undefined
      const names = importedNames(await readFile(importer, "utf8"), path)
      return names && { path, namespace: "lazy", pluginData: names, suffix: `?${names.join()}` }
    })
    onLoad({ filter: /^(node:|bun:ffi$)/, namespace: "lazy" }, ({ path, pluginData }) => ({
      contents: lazyModule(path, pluginData as string[]),
      resolveDir: import.meta.dirname,
    }))
  },
}

/** `default` alone for a default import. Undefined when the file takes the module in another way, or in two. */
function importedNames(text: string, path: string): string[] | undefined {
  const clauses = Array.from(
    text.matchAll(/^import (?!type )([^"]*?) from "([^"]+)"/gm),
    ([, clause = "", from]) => ({ clause, from }),
  ).filter(({ from }) => from === path)
  if (clauses.length === 1 && /^\w+$/.test(clauses[0]!.clause)) return ["default"]
  if (clauses.length === 0 || clauses.some(({ clause }) => !/^\{[^}]*\}$/.test(clause))) return undefined
  const items = clauses.flatMap(({ clause }) => clause.slice(1, -1).split(","))
  return items
    .map((item) => item.trim())
    .filter((item) => item !== "" && !item.startsWith("type "))
    .map((item) => item.split(/\s+as\s+/)[0]!)
    .sort()
}

/** What is taken when the guard is put up: small modules, whose functions decide. */
const HELD = ["node:fs", "node:os", "node:path"]

const HELD_MODULE = join(import.meta.dirname, "../../offline/held.ts")

/** What gives the modules is taken at once: a program may exchange it later. */
function lazyModule(path: string, names: string[]): string {
  const found = `getBuiltinModule(${JSON.stringify(path)})`
  const isDefault = names[0] === "default"
  const head = `const { getBuiltinModule } = process\nlet held\n${HELD.includes(path) ? holding(found, isDefault) : ""}`
  const module = `(held ?? ${found})`
  if (isDefault) return `${head}export default new Proxy({}, { get: (_, name) => ${module}[name] })\n`
  return `${head}module.exports = Object.freeze({ ${names.map((name) => `get ${name}() { return ${module}.${name} }`).join(", ")} })\n`
}

/** Takes all that the module has, and what is in those of its members that are objects. */
function holding(found: string, isDefault: boolean): string {
  const held = JSON.stringify(HELD_MODULE)
  const taken = isDefault ? `import { register } from ${held}` : `const { register } = require(${held})`
  return `${taken}
register(() => {
  held = { __proto__: null, ...${found} }
  for (const name in held)
    if (typeof held[name] === "object" && held[name] !== null) held[name] = { __proto__: null, ...held[name] }
})
`
}
