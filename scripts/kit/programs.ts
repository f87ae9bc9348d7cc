import { posix } from "node:path"
import type { Target } from "../upstream/target.ts"
import { type KitFile, kitFile } from "./kit-file.ts"

/** A program of the kit: the package that it belongs to, and its file, relative to the kit's folder. */
export interface Program {
  package: string
  file: string
}

/** What package.json says about a package's programs: one named like the package, or several. */
export type Bin = string | Record<string, string> | undefined

/**
 * The programs of packages, by name, sorted.
 * @param bins by the names of the packages
 * @param own programs that are started by a file of our own, which lies in `launch`
 */
export function programs(bins: Record<string, Bin>, own: string[]): Record<string, Program> {
  const found: [string, Program][] = []
  for (const [name, bin = {}] of Object.entries(bins)) {
    const named = typeof bin === "string" ? { [name.replace(/^@[^/]+\//, "")]: bin } : bin
    for (const [program, path] of Object.entries(named)) {
      const file = own.includes(program) ? `launch/${program}.cjs` : posix.join("node_modules", name, path)
      found.push([program, { package: name, file }])
    }
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Scripts that run a program in the executable, as Bun, so that no Node is needed. */
export const LAUNCHERS: Record<
  Target["launcher"],
  (folder: string, name: string, program: Program) => KitFile
> = { sh: shellLauncher, cmd: commandLauncher }

function shellLauncher(folder: string, name: string, { file }: Program): KitFile {
  const text = `#!/bin/sh
kit=\${0%/*}/..
BUN_BE_BUN=1
export BUN_BE_BUN
exec "$kit/../../bin/opencode" "$kit/${file}" "$@"
`
  return kitFile(`${folder}/bin/${name}`, text, true)
}

/** The last command's exit code is that of the script. */
function commandLauncher(folder: string, name: string, { file }: Program): KitFile {
  const text = `@echo off
setlocal
set BUN_BE_BUN=1
"%~dp0..\\..\\..\\bin\\opencode.exe" "%~dp0..\\${file.replaceAll("/", "\\")}" %*
`
  return kitFile(`${folder}/bin/${name}.cmd`, text.replaceAll("\n", "\r\n"), true)
}
