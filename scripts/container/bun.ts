import { openFile } from "../lib/random-access.ts"
import { sameBytes } from "./bytes.ts"
import { type Piece, readPieces } from "./pieces.ts"
import type { ModuleGraph } from "./types.ts"
import { serialise } from "./write.ts"

/** Whether a file is what was made again, and if not, at which byte of the file it first differs. */
export interface Reconstruction {
  equal: boolean
  /** That it is equal but for its checksum and signature, which somebody else made; in the formats that have them. */
  apartFromSignature?: true
  /** Where one of them is the start of the other: the shorter one's length. */
  firstDifference?: number
}

/**
 * Shows that an executable is a stock Bun and a graph, and nothing else: puts the graph into the stock Bun, as Bun does,
 * and compares the result with the executable that the graph was read from, byte for byte. What was signed by somebody
 * else cannot be made again: of such a file, what is compared is the same with our own signature.
 * @param bun the path of the stock Bun, which is read through a buffer of a megabyte, or its bytes
 * @throws Failure when the stock Bun is not laid out as it is known to be; the file system's error when it cannot be read
 */
export async function reconstruct(graph: ModuleGraph, bun: string | Uint8Array): Promise<Reconstruction> {
  const { runtime } = graph
  const made = putInto(graph, bun)
  const whole = await compare([runtime.file], made)
  if (whole.equal || !runtime.signature) return whole
  const { equal } = await compare(withoutSignature(graph), made)
  return equal ? { equal, apartFromSignature: true } : whole
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

/** The file that a graph was read from, as pieces, with the checksum and signature that we make in the place of its own. */
export function withoutSignature({ runtime }: ModuleGraph): Uint8Array[] {
  const own = runtime.file.subarray(runtime.start, runtime.end)
  return runtime.rewrite(runtime.file, { pieces: [own], bytes: own.length })
}

async function compare(file: Uint8Array[], pieces: Piece[]): Promise<Reconstruction> {
  const parts = file.values()
  let [at, part] = [0, parts.next().value ?? NOTHING]
  for await (let chunk of readPieces(pieces)) {
    while (chunk.length > 0) {
      if (part.length === 0) part = parts.next().value ?? NOTHING
      const length = Math.min(part.length, chunk.length)
      const [one, other] = [part.subarray(0, length), chunk.subarray(0, length)]
      if (length === 0 || !sameBytes(one, other))
        return { equal: false, firstDifference: at + sameLength(one, other) }
      ;[part, chunk] = [part.subarray(length), chunk.subarray(length)]
      at += length
    }
  }
  const goesOn = part.length > 0 || parts.some(({ length }) => length > 0)
  return goesOn ? { equal: false, firstDifference: at } : { equal: true }
}

const NOTHING = new Uint8Array(0)

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
