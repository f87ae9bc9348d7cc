import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { cut, readPieces } from "../../../scripts/container/pieces.ts"

let folder: string
let path: string

/** More than two of the chunks that a file is read in. */
const bytes = Buffer.from(new Uint8Array(2_500_000).map((_, index) => index * 7))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pieces-"))
  path = join(folder, "file")
  await writeFile(path, bytes)
})
afterAll(() => rm(folder, { recursive: true }))

const readAll = async (pieces: Parameters<typeof readPieces>[0]) =>
  Buffer.concat(await Array.fromAsync(readPieces(pieces), (chunk) => Buffer.from(chunk)))

test("any range with any bytes replaced is the same from memory and from a file", async () => {
  const number = fc.nat(bytes.length)
  const edit = fc.record({
    at: fc.nat(bytes.length - 8),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(number, number, edit, async (one, other, edit) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const edits = edit.at >= from && edit.at + edit.bytes.length <= to ? [edit] : []
      const expected = Buffer.from(bytes)
      for (const { at, bytes } of edits) expected.set(bytes, at)
      const range = { path, from: 0, length: bytes.length }
      for (const pieces of [cut(bytes, from, to, edits), cut(range, from, to, edits)])
        expect((await readAll(pieces)).equals(expected.subarray(from, to))).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test("bytes are not replaced outside of the range, nor twice", () => {
  const at = (at: number) => ({ at, bytes: new Uint8Array(8) })
  for (const edits of [[at(9)], [at(13)], [at(10), at(12)]])
    expect(() => cut(bytes, 10, 20, edits)).toThrow(/cannot be replaced between/)
})

test("a file that has become shorter is an error, not a shorter result", async () => {
  expect(readAll([{ path, from: 0, length: bytes.length + 1 }])).rejects.toThrow(/has become shorter/)
  expect(readAll([{ path, from: bytes.length + 10, length: 1 }])).rejects.toThrow(/has become shorter/)
})
