import { accessSync, constants } from "node:fs"
import { isActive } from "../switch.ts"
import type { NpmConfig } from "./registry.ts"

/** npm's settings for an installation: offline it starts no git, which the guard would not reach. */
export function npmOptions(config: NpmConfig): NpmConfig {
  return isActive() ? { ...config, git: false } : config
}

/** Whether files can be put into a configuration folder, or it is not there yet: one on a read-only disk gets none. */
export function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
  }
}
