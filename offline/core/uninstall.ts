import { existsSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { inKit } from "../children/launcher.ts"
import { print } from "../print.ts"
import type { Arguments } from "./arguments.ts"

/**
 * Says ahead of upstream's `uninstall` what removes the program, where it came with a kit: upstream's knows of neither, and
 * removes settings, sessions and caches only. Switched on or off.
 */
export function tellOfUninstaller({ bare: [command] }: Arguments): void {
  if (command !== "uninstall") return
  const script = inKit("uninstall.sh") ?? inKit("uninstall.ps1")
  if (script === undefined) return
  print(
    "error",
    `! This OpenCode came with a kit. What follows removes settings, sessions and caches; ${removedBy(script)}\n`,
  )
}

/** The kit's installer leaves a list, and packages of a system's do not. */
function removedBy(script: string): string {
  const run = script.endsWith(".ps1") ? "powershell -NoProfile -ExecutionPolicy Bypass -File" : "sh"
  if (existsSync(path.join(path.dirname(script), "installed")))
    return `the program and the kit${sizeOf(script)} are removed by: ${run} ${script}`
  return "the program and the kit are removed by what installed them, such as: apt remove opencode-offline, dnf remove opencode-offline"
}

/** In words, of all that the kit's installer listed; nothing where the list cannot be read. */
function sizeOf(script: string): string {
  try {
    const kit = path.dirname(script)
    const lines = readFileSync(path.join(kit, "installed"), "utf8").trimEnd().split("\n")
    const files = lines.map((line) => path.resolve(kit, "../..", line.replace(/^[0-9a-f]{64} [ *]/, "")))
    const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
    return ` (${(bytes / 1e6).toFixed(0)} MB)`
  } catch {
    return ""
  }
}
