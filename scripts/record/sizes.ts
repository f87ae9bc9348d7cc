import type { ModuleGraph } from "../container/index.ts"
import { formatBytes } from "../lib/log.ts"

/** What an executable is made of, in bytes; together they are the whole file. */
export interface Sizes {
  /** Bun. */
  runtime: number
  /** OpenCode's own modules, patched. */
  upstream: number
  /** What `offline/` became. */
  offline: number
  webUi: number
  /** The model catalogue. */
  models: number
  ripgrep: number
  grammars: number
  /** Packages that plugins import. */
  plugins: number
  /** The policy built in, the lists of what is carried, and the module graph's own tables. */
  rest: number
}

/**
 * Measures an executable that was read back.
 * @param bytes the whole file's length
 * @param names by part, the modules that were added; all others are upstream's
 */
export function measureParts(
  graph: Pick<ModuleGraph, "modules"> & { runtime: { length: number } },
  bytes: number,
  names: Partial<Record<Exclude<keyof Sizes, "runtime" | "upstream">, string[]>>,
): Sizes {
  const sizes: Sizes = { ...NO_SIZES, runtime: graph.runtime.length }
  const partOf = new Map(
    (Object.keys(names) as (keyof typeof names)[]).flatMap((part) =>
      names[part]!.map((name) => [name, part]),
    ),
  )
  for (const { name, contents } of graph.modules) sizes[partOf.get(name) ?? "upstream"] += contents.length
  const known = Object.values(sizes).reduce((sum, size) => sum + size, 0)
  return { ...sizes, rest: sizes.rest + bytes - known }
}

/** Of an executable that has nothing in it. */
export const NO_SIZES: Sizes = {
  runtime: 0,
  upstream: 0,
  offline: 0,
  webUi: 0,
  models: 0,
  ripgrep: 0,
  grammars: 0,
  plugins: 0,
  rest: 0,
}

const NAMES: Record<keyof Sizes, string> = {
  runtime: "runtime",
  upstream: "upstream's modules",
  offline: "offline module",
  webUi: "web UI",
  models: "models",
  ripgrep: "ripgrep",
  grammars: "grammars",
  plugins: "plugins",
  rest: "rest",
}

/** One line for people: every part that there is. */
export function describeSizes(sizes: Sizes): string {
  const parts = Object.entries(NAMES) as [keyof Sizes, string][]
  return parts
    .filter(([part]) => sizes[part] > 0)
    .map(([part, name]) => `${name} ${formatBytes(sizes[part])}`)
    .join(", ")
}
