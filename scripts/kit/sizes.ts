import { formatBytes } from "../lib/log.ts"
import type { Manifest } from "./stage.ts"

/** A part of a kit, unpacked. */
export interface Part {
  name: string
  bytes: number
}

/** The executable, each package that has programs, with what only it carries inside, and what they share. */
export function parts({ executable, programs, packages }: Manifest): Part[] {
  const named = new Set(Object.values(programs).map((program) => program.package))
  const sizes = new Map<string, number>()
  for (const { path, bytes } of packages) {
    const top = path.slice("node_modules/".length).split("/node_modules/")[0]!
    const part = named.has(top) ? top : "what they share"
    sizes.set(part, (sizes.get(part) ?? 0) + bytes)
  }
  const list = [...sizes].map(([name, bytes]) => ({ name, bytes }))
  return [{ name: "opencode", bytes: executable.bytes }, ...list.sort((a, b) => b.bytes - a.bytes)]
}

/** A line a part, for people. */
export function table(list: Part[]): string {
  const width = Math.max(...list.map(({ name }) => name.length))
  return list
    .map(({ name, bytes }) => `  ${name.padEnd(width)}  ${formatBytes(bytes).padStart(8)}`)
    .join("\n")
}
