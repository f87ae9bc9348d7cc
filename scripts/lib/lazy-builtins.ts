import { readFile } from "node:fs/promises"
import type { Plugin } from "esbuild"

/**
 * Makes what a bundle imports by name from Node's builtin modules load when it is used first, not when the bundle is
 * evaluated: every worker evaluates the bundle, and few use what it imports. Default imports stay as they are.
 */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, async ({ path, importer, namespace }) => {
      if (namespace !== "file") return undefined
      const names = importedNames(await readFile(importer, "utf8"), path)
      return names && { path, namespace: "lazy", pluginData: names, suffix: `?${names.join()}` }
    })
    onLoad({ filter: /^node:/, namespace: "lazy" }, ({ path, pluginData }) => ({
      contents: lazyModule(path, pluginData as string[]),
    }))
  },
}

/** Undefined when the file also takes the module as a whole. */
function importedNames(text: string, path: string): string[] | undefined {
  const clauses = Array.from(
    text.matchAll(/^import (?!type )([^"]*?) from "([^"]+)"/gm),
    ([, clause = "", from]) => ({ clause, from }),
  ).filter(({ from }) => from === path)
  if (clauses.length === 0 || clauses.some(({ clause }) => !/^\{[^}]*\}$/.test(clause))) return undefined
  const items = clauses.flatMap(({ clause }) => clause.slice(1, -1).split(","))
  return items
    .map((item) => item.trim())
    .filter((item) => item !== "" && !item.startsWith("type "))
    .map((item) => item.split(/\s+as\s+/)[0]!)
    .sort()
}

function lazyModule(path: string, names: string[]): string {
  const getters = names.map(
    (name) => `get ${name}() { return getBuiltinModule(${JSON.stringify(path)}).${name} }`,
  )
  return `const { getBuiltinModule } = process\nmodule.exports = { ${getters.join(", ")} }\n`
}
