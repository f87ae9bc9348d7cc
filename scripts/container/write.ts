import { checkGraph } from "./check.ts"
import type { Payload } from "./container.ts"
import { unrecognised } from "./failures.ts"
import {
  alignBytecode,
  KINDS,
  MOST_PAYLOAD_BYTES,
  OFFSETS_BYTES,
  PARTS,
  RECORD_BYTES,
  TRAILER,
} from "./layout.ts"
import type { Piece } from "./pieces.ts"
import type { EmbeddedModule, ModuleGraph } from "./types.ts"

/**
 * Gives the executable's bytes as pieces, in order, without copying what the graph holds: write and hash them one
 * after the other. A graph that was read and not changed gives the very bytes that were read.
 * @throws Failure when the graph breaks a limit of the format
 */
export function writeModuleGraph<File extends Piece>(graph: ModuleGraph<File>): (File | Uint8Array)[] {
  return graph.runtime.rewrite(graph.runtime.file, serialise(graph))
}

/** Collects pieces and counts their bytes; offsets are counted from the first. */
class Pieces {
  readonly list: Uint8Array[] = []
  bytes = 0

  /** @returns the offset of the piece */
  add(piece: Uint8Array): number {
    const offset = this.bytes
    this.bytes += piece.length
    if (this.bytes > MOST_PAYLOAD_BYTES)
      throw unrecognised("the graph's length", this.bytes, `at most ${MOST_PAYLOAD_BYTES} bytes`)
    if (piece.length > 0) this.list.push(piece)
    return offset
  }
}

/**
 * Gives the graph as bytes.
 * @throws Failure when it breaks a limit of the format
 */
export function serialise(graph: Omit<ModuleGraph, "runtime">): Payload {
  checkGraph(graph)
  const { modules, entry, argv, flags } = graph
  const pieces = new Pieces()
  const records = new DataView(new ArrayBuffer(modules.length * RECORD_BYTES))
  modules.forEach((module, index) => {
    addModule(pieces, module, new DataView(records.buffer, index * RECORD_BYTES, RECORD_BYTES))
  })
  const recordsOffset = pieces.add(new Uint8Array(records.buffer))
  const argvBytes = utf8.encode(argv)
  const argvOffset = pieces.add(argvBytes)
  pieces.add(NUL)
  const offsets = new DataView(new ArrayBuffer(OFFSETS_BYTES))
  offsets.setBigUint64(0, BigInt(pieces.bytes), true)
  const numbers = [recordsOffset, records.byteLength, entry, argvOffset, argvBytes.length, flags]
  numbers.forEach((value, index) => {
    offsets.setUint32(8 + 4 * index, value, true)
  })
  pieces.add(new Uint8Array(offsets.buffer))
  pieces.add(TRAILER)
  return { pieces: pieces.list, bytes: pieces.bytes }
}

function addModule(pieces: Pieces, module: EmbeddedModule, record: DataView): void {
  for (const { part, at, terminated, optional, aligned } of PARTS) {
    const bytes = part === "name" ? utf8.encode(module.name) : module[part]
    if (optional && bytes.length === 0) continue
    if (aligned) pieces.add(new Uint8Array(alignBytecode(pieces.bytes) - pieces.bytes))
    record.setUint32(at, pieces.add(bytes), true)
    record.setUint32(at + 4, bytes.length, true)
    if (terminated) pieces.add(NUL)
  }
  for (const { part, at } of KINDS) record.setUint8(at, module[part])
}

const utf8 = new TextEncoder()
const NUL = new Uint8Array(1)
