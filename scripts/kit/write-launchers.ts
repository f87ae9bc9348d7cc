import { mkdir, writeFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { programsOf } from "./describe-packages.ts"

/** A program of the kit: the package that it belongs to, and its file, relative to the kit's folder. */
export interface Program {
  package: string
  file: string
}

/**
 * Writes a launcher for each program of these packages into `bin`.
 * @param kit the kit's folder, which holds `node_modules`
 * @returns the programs by name, sorted
 */
export async function writeLaunchers(names: string[], kit: string): Promise<Record<string, Program>> {
  const programs: Record<string, Program> = {}
  for (const name of names) {
    const folder = posix.join("node_modules", name)
    for (const [program, file] of Object.entries(await programsOf(join(kit, folder))))
      programs[program] = { package: name, file: posix.join(folder, file) }
  }
  await mkdir(join(kit, "bin"))
  const sorted = Object.fromEntries(Object.entries(programs).sort(([a], [b]) => (a < b ? -1 : 1)))
  for (const [program, { file }] of Object.entries(sorted))
    await writeFile(join(kit, "bin", program), launcher(file), { mode: 0o755 })
  return sorted
}

/** The executable runs the program, as Bun, so no Node is needed. */
function launcher(file: string): string {
  return `#!/bin/sh
kit=\${0%/*}/..
BUN_BE_BUN=1
export BUN_BE_BUN
exec "$kit/../../bin/opencode" "$kit/${file}" "$@"
`
}
