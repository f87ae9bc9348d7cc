import { readFile } from "node:fs/promises"
import type { Plugin } from "esbuild"

/**
 * Makes what a bundle imports from the builtin modules of Node and Bun, by name or as the default, load when it is used first, not
 * when the bundle is evaluated: every worker evaluates the bundle, and few use what it imports.
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

/** What gives the modules is taken at once: a program may exchange it later. */
function lazyModule(path: string, names: string[]): string {
  const text = "const { getBuiltinModule } = process\n"
  const module = `getBuiltinModule(${JSON.stringify(path)})`
  if (names[0] === "default")
    return `${text}export default new Proxy({}, { get: (_, name) => ${module}[name] })\n`
  return `${text}module.exports = Object.freeze({ ${names.map((name) => `get ${name}() { return ${module}.${name} }`).join(", ")} })\n`
}
