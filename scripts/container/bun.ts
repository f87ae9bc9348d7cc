import { openFile } from "../lib/random-access.ts"
import { sameBytes } from "./bytes.ts"
import { type Piece, readPieces } from "./pieces.ts"
import type { ModuleGraph } from "./types.ts"
import { serialise } from "./write.ts"

/** Whether a file is what was made again, and if not, at which byte of the file it first differs. */
export interface Reconstruction {
  equal: boolean
  /** Where one of them is the start of the other: the shorter one's length. */
  firstDifference?: number
}

/**
 * Shows that an executable is a stock Bun and a graph, and nothing else: puts the graph into the stock Bun, as Bun does,
 * and compares the result with the executable that the graph was read from, byte for byte.
 * @param bun the path of the stock Bun, which is read through a buffer of a megabyte, or its bytes
 * @throws Failure when the stock Bun is not laid out as it is known to be; the file system's error when it cannot be read
 */
export async function reconstruct(graph: ModuleGraph, bun: string | Uint8Array): Promise<Reconstruction> {
  return compare(graph.runtime.file, putInto(graph, bun))
}

/**
 * The pieces of an executable that is a Bun with a graph put into it, as Bun puts it.
 * @throws Failure when the Bun is not laid out as it is known to be; the file system's error when it cannot be read
 */
export function putInto({ runtime, ...graph }: ModuleGraph, bun: string | Uint8Array): Piece[] {
  const bytes = typeof bun === "string" ? openFile(bun) : bun
  const file = typeof bun === "string" ? { path: bun, from: 0, length: bytes.length } : bun
  return runtime.embedIn(bytes)<Piece>(file, serialise(graph))
}

async function compare(file: Uint8Array, pieces: Piece[]): Promise<Reconstruction> {
  let at = 0
  for await (const chunk of readPieces(pieces)) {
    const part = file.subarray(at, at + chunk.length)
    if (!sameBytes(part, chunk)) return { equal: false, firstDifference: at + sameLength(part, chunk) }
    at += chunk.length
  }
  return at === file.length ? { equal: true } : { equal: false, firstDifference: at }
}

/** How many bytes both begin with; halves what is left, since comparing is native. */
function sameLength(a: Uint8Array, b: Uint8Array): number {
  let [same, most] = [0, Math.min(a.length, b.length)]
  while (same < most) {
    const middle = Math.ceil((same + most) / 2)
    if (sameBytes(a.subarray(same, middle), b.subarray(same, middle))) same = middle
    else most = middle - 1
  }
  return same
}

/**
 * The version of the Bun that a runtime is, from the words by which its `bun install` names itself to a registry.
 * @returns undefined when they are not there, or say several versions
 */
export function readBunVersion({ file, start }: { file: Uint8Array; start: number }): string | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, start)
  const versions = new Set<string>()
  for (let at = bytes.indexOf(USER_AGENT); at >= 0; at = bytes.indexOf(USER_AGENT, at + 1)) {
    const before = bytes.toString("latin1", Math.max(0, at - 40), at)
    versions.add(/bun\/(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(before)?.[1] ?? "")
  }
  const [version] = versions
  return versions.size === 1 && version ? version : undefined
}

const USER_AGENT = " npm/? node/v"
