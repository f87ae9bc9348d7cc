import { charCodeAt, indexOf, slice, toLowerCase } from "./primordials.ts"
import { ownPlatform } from "./process.ts"

/*
 * What Windows has otherwise than Linux and macOS. Each function is told the system, so that it can be tested on another.
 */

/** A path as Bun names its modules there: with forward slashes, which Windows takes as well. */
export function withSlashes(path: string, platform: NodeJS.Platform = ownPlatform): string {
  if (platform !== "win32") return path
  let text = ""
  for (let index = 0; index < path.length; index++) {
    const letter = slice(path, index, index + 1)
    text += letter === "\\" ? "/" : letter
  }
  return text
}

/** Whether two paths are of one file by their names alone; there, whatever their case and slashes. */
export function samePath(one: string, other: string, platform: NodeJS.Platform = ownPlatform): boolean {
  if (platform !== "win32") return one === other
  return toLowerCase(withSlashes(one, platform)) === toLowerCase(withSlashes(other, platform))
}

/**
 * An environment as a child sees it: there, names that differ in their case are one variable. It gets the name in capitals,
 * and the value that came last. So `Path` is found as `PATH`, and `Bun_Be_Bun` is `BUN_BE_BUN`.
 */
export function foldNames<T>(
  env: Record<string, T>,
  platform: NodeJS.Platform = ownPlatform,
): Record<string, T> {
  if (platform !== "win32") return env
  const folded: Record<string, T> = { __proto__: null as never }
  for (const name in env) folded[toCapitals(name)] = env[name]!
  return folded
}

/** ASCII letters alone: no variable that matters here has others. */
function toCapitals(name: string): string {
  let text = ""
  for (let index = 0; index < name.length; index++) {
    const code = charCodeAt(name, index)
    text += code >= 0x61 && code <= 0x7a ? CAPITALS[code - 0x61] : slice(name, index, index + 1)
  }
  return text
}

const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/**
 * The machine that a path to connect to leads to, as `\\NAME\pipe\…` does on Windows; undefined when it is this one.
 */
export function machineOf(path: string, platform: NodeJS.Platform = ownPlatform): string | undefined {
  if (platform !== "win32") return undefined
  const text = withSlashes(path, platform)
  if (slice(text, 0, 2) !== "//") return undefined
  const isDevice = slice(text, 0, 4) === "//./" || slice(text, 0, 4) === "//?/"
  if (!isDevice) return firstPart(slice(text, 2))
  // `\\?\UNC\NAME\…` is the machine NAME, too.
  return toLowerCase(slice(text, 4, 8)) === "unc/" ? firstPart(slice(text, 8)) : undefined
}

function firstPart(text: string): string {
  const end = indexOf(text, "/")
  return end === -1 ? text : slice(text, 0, end)
}
