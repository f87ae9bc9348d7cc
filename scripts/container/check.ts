import { unrecognised } from "./failures.ts"
import { KINDS, LONGEST_ARGV, LONGEST_NAME, MOST_MODULES } from "./layout.ts"
import type { EmbeddedModule, ModuleGraph } from "./types.ts"

/**
 * What holds for every graph, read or made.
 * @throws Failure that names the field, its value and the limit
 */
export function checkGraph({ modules, entry, argv, flags }: Omit<ModuleGraph, "runtime">): void {
  if (modules.length === 0 || modules.length > MOST_MODULES)
    throw unrecognised("the module count", modules.length, `from 1 to ${MOST_MODULES}`)
  requireBelow("the entry's index", entry, modules.length)
  requireBelow("the flags", flags, 2 ** 32)
  requireText("argv", argv, LONGEST_ARGV)
  const names = new Set<string>()
  modules.forEach((module, index) => {
    checkModule(module, `module ${index}`)
    if (names.has(module.name)) throw unrecognised(`module ${index}: name`, module.name, "unique")
    names.add(module.name)
  })
}

function checkModule(module: EmbeddedModule, field: string): void {
  if (module.name === "") throw unrecognised(`${field}: name`, "", "not empty")
  requireText(`${field}: name`, module.name, LONGEST_NAME)
  for (const { part, highest } of KINDS) requireBelow(`${field}: ${part}`, module[part], highest + 1)
}

function requireBelow(field: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit)
    throw unrecognised(field, value, `from 0 to ${limit - 1}`)
}

/** Bun reads both as C strings: they end at the first NUL. */
function requireText(field: string, text: string, longest: number): void {
  if (text.includes("\0")) throw unrecognised(field, text, "without a NUL")
  if (!text.isWellFormed()) throw unrecognised(field, text, "well-formed Unicode")
  const bytes = Buffer.byteLength(text)
  if (bytes > longest) throw unrecognised(`the length of ${field}`, bytes, `at most ${longest} bytes`)
}
