import { openFile } from "../lib/random-access.ts"
import { readChunks } from "../lib/read-chunks.ts"

/** Bytes in memory, or bytes of a file that are only read when they are written elsewhere. */
export type Piece = Uint8Array | FileRange

export interface FileRange {
  path: string
  from: number
  length: number
}

/** Bytes that stand in the place of as many others. */
export interface Edit {
  at: number
  bytes: Uint8Array
}

/** Gives the bytes of a file between two offsets as pieces, none of them copied, with some replaced. */
export function cut<File extends Piece>(
  file: File,
  from: number,
  to: number,
  edits: Edit[] = [],
): (File | Uint8Array)[] {
  const pieces: (File | Uint8Array)[] = []
  let at = from
  for (const edit of edits.toSorted((a, b) => a.at - b.at)) {
    if (edit.at < at || edit.at + edit.bytes.length > to)
      throw new Error(`bytes at ${edit.at} cannot be replaced between ${at} and ${to}`)
    pieces.push(slice(file, at, edit.at), edit.bytes)
    at = edit.at + edit.bytes.length
  }
  pieces.push(slice(file, at, to))
  return pieces.filter(({ length }) => length > 0)
}

function slice<File extends Piece>(file: File, from: number, to: number): File {
  if (file instanceof Uint8Array) return file.subarray(from, to) as File
  return { ...file, from: file.from + from, length: to - from }
}

/**
 * Gives the pieces' bytes, in order. The chunks of a file share one buffer: each is to be used before the next is taken.
 * @throws the file system's error when a file cannot be read, and an error when it has become shorter
 */
export async function* readPieces(pieces: Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* readRange(piece)
  }
}

/**
 * The same at once, for a number that is made from all of them. Each chunk is bytes of its own, a megabyte at most.
 * @throws the file system's error when a file cannot be read, and an error when it has become shorter
 */
export function* readPiecesSync(pieces: Piece[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else {
      const [file, end] = [openFile(piece.path), piece.from + piece.length]
      for (let at = piece.from; at < end; at += CHUNK) yield file.subarray(at, Math.min(at + CHUNK, end))
    }
  }
}

const CHUNK = 1 << 20

async function* readRange({ path, from, length }: FileRange): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const chunk of readChunks(path, from)) {
    yield chunk.subarray(0, left)
    left -= Math.min(left, chunk.length)
    if (left === 0) return
  }
  if (left > 0) throw new Error(`${path} has become shorter`)
}
