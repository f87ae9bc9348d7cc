import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { AssetIndex } from "../../offline/assets.ts"
import type { ModuleNames } from "../../offline/modules.ts"
import { derive } from "../lib/derived-cache.ts"
import { hashMakers } from "../lib/makers.ts"
import { readChunks } from "../lib/read-chunks.ts"
import { COMPRESS, compress } from "./compress.ts"
import { NAMES } from "./names.ts"

/** Part of the executable that an asset is counted to. */
export type AssetPart = "ripgrep" | "grammars"

/** A file that is carried inside, and that `offline/assets.ts` gives out by its name. */
export interface Asset {
  /** Letters, digits, `.`, `_` and `-`. */
  name: string
  part: AssetPart
  /** The contents, or the path of the file that holds them: all together are more than a build should hold. */
  source: Uint8Array | string
}

/** An asset as it stands in the executable. */
export interface EmbeddedAsset {
  name: string
  part: AssetPart
  /** Before compression. */
  bytes: number
  sha256: string
  /** The name of its module. */
  module: string
  /** The module's contents. */
  stored: Uint8Array
}

export interface EmbeddedAssets {
  list: EmbeddedAsset[]
  /** The module that lists them. */
  index: { module: string; contents: Uint8Array }
}

/**
 * Compresses what is to be carried inside, and lists it. What was compressed before comes from the build's cache.
 * @throws Error when two assets have one name, or a name has another character
 */
export async function embedAssets(
  assets: Asset[],
  cache: string,
  names: ModuleNames = NAMES,
): Promise<EmbeddedAssets> {
  const sorted = [...assets].sort((a, b) => (a.name < b.name ? -1 : 1))
  sorted.forEach(({ name }, at) => {
    if (!/^[\w.-]+$/.test(name) || name === sorted[at + 1]?.name)
      throw new Error(`${name} cannot be the name of an asset, or is that of two`)
  })
  const maker = await hashMakers(COMPRESS)
  const list: EmbeddedAsset[] = []
  const waiting = sorted.entries()
  const embedInTurn = async () => {
    for (const [at, asset] of waiting)
      list[at] = await embed(asset, names.asset(asset.name), { maker, cache })
  }
  await Promise.all([embedInTurn(), embedInTurn()])
  const index: AssetIndex = {}
  for (const { name, sha256, bytes } of list) index[name] = { sha256, bytes }
  return {
    list,
    index: { module: names.assetIndex, contents: Buffer.from(JSON.stringify(index)) },
  }
}

/** @param maker names by hash what compresses */
async function embed(
  { name, part, source }: Asset,
  module: string,
  { maker, cache }: { maker: string; cache: string },
): Promise<EmbeddedAsset> {
  const { bytes, sha256 } = await digest(source)
  const stored = await derive(cache, `asset ${sha256} ${maker}`, async () =>
    compress(typeof source === "string" ? await readFile(source) : source),
  )
  return { name, part, bytes, sha256, module, stored }
}

async function digest(source: Uint8Array | string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const chunk of typeof source === "string" ? readChunks(source) : [source]) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest("hex") }
}
