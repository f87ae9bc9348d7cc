import { deserialize, serialize } from "node:v8"
import { type EmbeddedModule, readBunVersion, readModuleGraph } from "../container/index.ts"
import { recall } from "../lib/derived-cache.ts"
import { Failure } from "../lib/errors.ts"
import { hashMakers } from "../lib/makers.ts"
import type { AcquireOptions } from "../lib/npm/fetch-file.ts"
import type { NamedPackage } from "../lib/npm/pinned.ts"
import { readPackageFile } from "../lib/npm/unpinned.ts"
import { targetOf } from "./target.ts"

/** What patches need of a release: an eighth of its executable. */
export interface Code {
  /** The Bun that it is made from; missing when it cannot be told. */
  bun?: string
  /** Those that are JavaScript, without their bytecode and source maps. */
  modules: EmbeddedModule[]
}

/** Why an executable has no code that can be read. */
export interface NoCode {
  unreadable: string
}

/** Bun's number for JavaScript. */
const JAVASCRIPT = 1
const EMPTY = new Uint8Array(0)

/**
 * The code of a release, out of its package, which has the given hash. It is kept in the cache by itself, compressed: the
 * second time nothing is asked of a registry, and no executable is unpacked.
 * @throws Failure when the package cannot be had
 */
export async function readCode(wanted: NamedPackage, options: AcquireOptions): Promise<Code | NoCode> {
  const path = `bin/${targetOf(wanted.name)?.file ?? "opencode"}`
  const key = `code ${wanted.integrity} ${path} ${await hashMakers(import.meta.filename)}`
  const kept = await recall(options.cache, key, async () => {
    const { contents } = await readPackageFile(wanted, path, options)
    return Bun.zstdCompressSync(serialize(tryToTake(contents)))
  })
  return deserialize(Bun.zstdDecompressSync(kept))
}

/**
 * The code that is in an executable.
 * @throws Failure when its layout is not one that is known
 */
export function takeCode(file: Uint8Array): Code {
  const graph = readModuleGraph(file)
  const modules = graph.modules.filter(({ loader }) => loader === JAVASCRIPT).map(withoutDerived)
  return { bun: readBunVersion(graph.runtime), modules }
}

/** A layout that is not known is what drift looks for, not a reason to stop. */
function tryToTake(file: Uint8Array): Code | NoCode {
  try {
    return takeCode(file)
  } catch (error) {
    if (error instanceof Failure) return { unreadable: `${error.report.what}: ${error.report.why}` }
    throw error
  }
}

/** A view of the file would be kept with the whole file behind it. */
function withoutDerived(module: EmbeddedModule): EmbeddedModule {
  const derived = { sourceMap: EMPTY, bytecode: EMPTY, moduleInfo: EMPTY, bytecodePath: EMPTY }
  return { ...module, contents: new Uint8Array(module.contents), ...derived }
}
