import type { Assets } from "./assets.ts"
import { isActive } from "./switch.ts"

/** What the TUI knows of a language. */
interface Language {
  filetype: string
  /** An URL, or a module of the executable. */
  wasm: string
}

/** A language's grammar, and the query that says what is coloured how. */
export interface Grammar {
  wasm: Uint8Array
  highlights: string
}

/** The names of a language's assets; the build uses them, too. */
export function grammarNames(filetype: string): { wasm: string; highlights: string } {
  return { wasm: `grammar-${filetype}.wasm`, highlights: `grammar-${filetype}.scm` }
}

/**
 * The grammar that is inside the executable, for a language whose grammar the TUI would fetch.
 * @returns null when none is inside and none may be fetched, so that code is drawn plain; undefined when upstream's own
 *   way is to be gone
 * @throws Error when this executable is damaged
 */
export async function grammar(
  assets: Assets,
  language: Language | undefined,
): Promise<Grammar | null | undefined> {
  if (!language || !/^https?:/.test(language.wasm)) return undefined
  const { wasm, highlights } = grammarNames(language.filetype)
  if (!assets.has(wasm)) return isActive() ? null : undefined
  const [bytes, query] = await Promise.all([assets.bytes(wasm), assets.bytes(highlights)])
  return { wasm: bytes, highlights: new TextDecoder().decode(query) }
}
