import type { ModuleGraph } from "./types.ts"

/** The folders that Bun shows an executable's modules in, as their names have it: on Windows a drive. */
const ROOTS = ["/$bunfs/root", "B:/~BUN/root"] as const

/** The folder that the modules of a graph lie in. */
export function rootOf({ modules }: Pick<ModuleGraph, "modules">): string {
  return ROOTS.find((root) => modules.some(({ name }) => name.startsWith(`${root}/`))) ?? ROOTS[0]
}
