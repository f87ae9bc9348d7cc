import { readFileSync } from "node:fs"
import { env } from "node:process"
import { candidateFolders, privateFolder } from "./assets/folder.ts"
import { type Expected, isExpected, putExecutable, tryExecutable } from "./assets/put.ts"
import { installedFile } from "./installed-file.ts"
import { moduleNames } from "./modules.ts"

/** What the module holds that lists the assets. By name: what an asset is, uncompressed. */
export type AssetIndex = Record<string, Expected>

/** Files that are carried inside the executable: `scripts/contents/assets.ts` puts them there. */
export interface Assets {
  has(name: string): boolean
  /**
   * An asset's contents, decompressed beside this thread.
   * @throws Error when there is no such asset, or this executable is damaged
   */
  bytes(name: string): Promise<Uint8Array>
  /**
   * The path of a program that is an asset: as an administrator installed it, else alone in a folder that only this user has
   * access to. There it is written when it is not there; what is there is hashed first.
   * @param file what the program is called there
   * @throws Error that names each folder that was tried, and what is wrong with it
   */
  executable(name: string, file: string): string
  /** Sees whether {@link executable} would find a place, and writes no program. Throws as it does. */
  tryExecutable(name: string, file: string): void
}

/** Opens the assets of this executable. Nothing is read before the first is asked for. */
export function openAssets(names = moduleNames()): Assets {
  let index: AssetIndex | undefined
  const find = (name: string) => {
    index ??= readIndex(names.assetIndex)
    return Object.hasOwn(index, name) ? index[name] : undefined
  }
  const must = (name: string) => {
    const found = find(name)
    if (!found) throw new Error(`This OpenCode was built without ${name}`)
    return found
  }
  const stored = (name: string) => readFileSync(names.asset(name))
  const checked = (name: string, contents: Uint8Array) => {
    if (isExpected(contents, must(name))) return contents
    throw new Error(`This executable is damaged: ${name} is not what it was built with. Install it again.`)
  }
  return {
    has: (name) => find(name) !== undefined,
    bytes: async (name) => {
      must(name)
      return checked(name, await Bun.zstdDecompress(stored(name)))
    },
    executable: (name, file) =>
      installedFile(file, must(name)) ??
      place(file, must(name), (path, expected) => {
        putExecutable(path, expected, () => checked(name, Bun.zstdDecompressSync(stored(name))))
      }),
    tryExecutable(name, file) {
      installedFile(file, must(name)) ?? place(file, must(name), tryExecutable)
    },
  }
}

/**
 * Finds a folder for a file that has to be run or loaded from a disk.
 * @returns the path at which `put` was the first not to throw
 * @throws Error that names each folder that was tried, and what is wrong with it
 */
export function place(
  name: string,
  expected: Expected,
  put: (path: string, expected: Expected) => void,
): string {
  const reasons: string[] = []
  for (const parent of candidateFolders(env)) {
    const folder = `${parent}/${expected.sha256.slice(0, 16)}`
    try {
      privateFolder(parent)
      privateFolder(folder)
      put(`${folder}/${name}`, expected)
      return `${folder}/${name}`
    } catch (error) {
      reasons.push(`${parent}: ${(error as Error).message}`)
    }
  }
  throw new Error(
    `${name} is inside this OpenCode, but there is no place to put it: ${reasons.join("; ")}. ` +
      "Set XDG_CACHE_HOME to a folder that you can write to and run programs from.",
  )
}

function readIndex(path: string): AssetIndex {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch {
    return {}
  }
  return JSON.parse(text)
}
