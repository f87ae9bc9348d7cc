import { readFileSync } from "node:fs"
import { env } from "node:process"
import { candidateFolders, privateFolder } from "./assets/folder.ts"
import { type Expected, isExpected, putFile } from "./assets/put.ts"
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
   * The path of a file that holds the asset, in a folder that only this user has access to. It is written when it is
   * not there; what is there is hashed first.
   * @param options `executable`: it must be possible to run it
   * @throws Error that names each folder that was tried, and what is wrong with it
   */
  file(name: string, options?: { executable?: boolean }): Promise<string>
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
  const bytes = async (name: string) => {
    const expected = must(name)
    const contents = await Bun.zstdDecompress(readFileSync(names.asset(name)))
    if (isExpected(contents, expected)) return contents
    throw new Error(`This executable is damaged: ${name} is not what it was built with. Install it again.`)
  }
  return {
    has: (name) => find(name) !== undefined,
    bytes,
    file: async (name, { executable = false } = {}) => put(name, must(name), () => bytes(name), executable),
  }
}

async function put(
  name: string,
  expected: Expected,
  contents: () => Promise<Uint8Array>,
  executable: boolean,
): Promise<string> {
  const reasons: string[] = []
  for (const folder of candidateFolders(env)) {
    const file = `${folder}/${expected.sha256.slice(0, 16)}-${name}`
    try {
      privateFolder(folder)
      await putFile(file, expected, contents, executable)
      return file
    } catch (error) {
      reasons.push(`${folder}: ${(error as Error).message}`)
    }
  }
  const what = executable ? "write to and run programs from" : "write to"
  throw new Error(
    `${name} is inside this OpenCode, but there is no place to put it: ${reasons.join("; ")}. ` +
      `Set XDG_CACHE_HOME to a folder that you can ${what}.`,
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
