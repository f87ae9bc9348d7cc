import { existsSync } from "node:fs"
import { userInfo } from "node:os"
import type { ConfigSource } from "./config-files.ts"
import { SettingError } from "./error.ts"

/** What upstream calls its settings, where a device management hands them out (a `.mobileconfig`). */
const DOMAIN = "ai.opencode.managed"

/** What is asked of the system; a test has its own. */
export interface System {
  platform: NodeJS.Platform
  user: string
  exists(file: string): boolean
  /** The JSON of a property list; undefined when it cannot be made. */
  convert(file: string): string | undefined
}

const THIS: System = {
  platform: process.platform,
  get user() {
    return userInfo().username
  },
  exists: (file) => existsSync(file),
  convert(file) {
    const { exitCode, stdout } = Bun.spawnSync(["/usr/bin/plutil", "-convert", "json", "-o", "-", file])
    return exitCode === 0 ? stdout.toString() : undefined
  },
}

/**
 * The settings that a device management gives to OpenCode on macOS, as upstream reads them: those of this user, or else
 * those of everyone.
 * @throws SettingError when they are there and cannot be read: they may say that OpenCode is offline
 */
export function managedPreferences(system = THIS): ConfigSource[] {
  if (system.platform !== "darwin") return []
  const folder = "/Library/Managed Preferences"
  const files = [`${folder}/${system.user}/${DOMAIN}.plist`, `${folder}/${DOMAIN}.plist`]
  const file = files.find((candidate) => system.exists(candidate))
  if (file === undefined) return []
  const text = system.convert(file)
  if (text !== undefined) return [{ name: file, text, folder: undefined, trust: "managed" }]
  throw new SettingError(
    `${file} cannot be read by plutil, and it may say that OpenCode is offline`,
    "Ask who administers this machine.",
  )
}
