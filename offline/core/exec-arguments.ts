import { embeddedRoot } from "../modules.ts"

/**
 * Takes the preload out of `process.execArgv`, where the runtime shows what the executable starts itself with: from there
 * `child_process.fork` hands it on, and a child that is Bun finds no such file. With the switch off, too.
 */
export function hidePreload(): void {
  const index = process.execArgv.findIndex((word) => word.startsWith(`--preload=${embeddedRoot()}/`))
  if (index !== -1) process.execArgv.splice(index, 1)
}
