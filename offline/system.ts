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
 * The machine that a path to connect to leads to, as `\\NAME\pipe\…` does on Windows; undefined when it is this one. What may lead
 * through Windows' own names to another one (`\\?\GLOBALROOT\…`, `\\.\pipe\..\UNC\…`) is one by the name that it begins with.
 */
export function machineOf(path: string, platform: NodeJS.Platform = ownPlatform): string | undefined {
  if (platform !== "win32") return undefined
  const text = withSlashes(path, platform)
  const start = slice(text, 0, 4)
  const isDevice = start === "//./" || start === "//?/" || start === "/??/"
  if (!isDevice) return slice(text, 0, 2) === "//" ? firstPart(slice(text, 2)) : undefined
  const rest = slice(text, 4)
  const name = toLowerCase(firstPart(rest))
  if (name === "unc") return firstPart(slice(rest, 4))
  const isHere = name === "pipe" || (name.length === 2 && slice(name, 1) === ":")
  return isHere && !goesUp(rest) ? undefined : name
}

/** Whether a part has nothing but dots and blanks, which Windows takes for the folder above, or leaves out. */
function goesUp(text: string): boolean {
  let isDots = true
  for (let index = 0; index < text.length; index++) {
    const letter = slice(text, index, index + 1)
    if (letter === "/") {
      if (isDots) return true
      isDots = true
    } else if (letter !== "." && letter !== " ") isDots = false
  }
  return isDots
}

function firstPart(text: string): string {
  const end = indexOf(text, "/")
  return end === -1 ? text : slice(text, 0, end)
}
