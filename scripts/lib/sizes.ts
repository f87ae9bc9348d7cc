import type { Embedded } from "../embed-contents.ts"
import { formatBytes } from "./log.ts"
import type { ModuleGraph } from "./module-graph/index.ts"

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
  plugins: number
  /** The policy built in, the list of what is carried, and the module graph's own tables. */
  rest: number
}

/**
 * Measures an executable that was read back.
 * @param bytes the whole file's length
 * @param embedded what was added to it
 */
export function measureParts(graph: ModuleGraph, bytes: number, embedded: Embedded): Sizes {
  const { offline, webUi, models, assets } = embedded
  const modules = graph.modules.reduce((sum, { contents }) => sum + contents.length, 0)
  const ofPart = (part: string) =>
    assets.list.filter((asset) => asset.part === part).reduce((sum, { stored }) => sum + stored.length, 0)
  const parts = {
    offline: Buffer.byteLength(offline),
    webUi: webUi.pack.length,
    models: models.bytes.length,
    ripgrep: ofPart("ripgrep"),
    grammars: ofPart("grammars"),
    plugins: ofPart("plugins"),
  }
  const others = assets.index.contents.length + (embedded.policy?.bytes.length ?? 0)
  const upstream = modules - total(parts) - others
  const known = { runtime: graph.runtime.length, upstream, ...parts }
  return { ...known, rest: bytes - total(known) }
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

function total(parts: Record<string, number>): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)
}
