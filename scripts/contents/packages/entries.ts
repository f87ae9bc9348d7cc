import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** The conditions under which OpenCode's Bun imports a package. */
export const CONDITIONS = ["bun", "node", "import"]

/**
 * What can be imported of a package: the package itself, and what its `exports` name one by one. Patterns are left out,
 * and so is what is no code.
 * @param folder where the package is
 * @returns specifiers: `zod`, `zod/v4`
 */
export async function specifiersOf(name: string, folder: string): Promise<string[]> {
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    exports?: unknown
  }
  if (!isObject(exports) || !Object.keys(exports).every((key) => key.startsWith("."))) return [name]
  return Object.entries(exports)
    .filter(([key, target]) => !key.includes("*") && /\.([cm]?[jt]s|[jt]sx)$/.test(resolve(target) ?? ""))
    .map(([key]) => name + key.slice(1))
}

function resolve(target: unknown): string | undefined {
  if (typeof target === "string") return target
  if (Array.isArray(target)) return target.map(resolve).find((found) => found !== undefined)
  if (!isObject(target)) return undefined
  for (const [condition, value] of Object.entries(target)) {
    if (![...CONDITIONS, "module", "default"].includes(condition)) continue
    const found = resolve(value)
    if (found !== undefined) return found
  }
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
