import { isActive } from "../switch.ts"
import type { NpmConfig } from "./registry.ts"

/** npm's settings for an installation: offline it starts no git, which the guard would not reach. */
export function npmOptions(config: NpmConfig): NpmConfig {
  return isActive() ? { ...config, git: false } : config
}
