import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { writeExecutable } from "../../../scripts/container/index.ts"

const MEGABYTE = 1 << 20

test("Pieces of any length, in memory and of files, are written in their order, and hashed as they are written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "write-executable-"))
  try {
    const source = Buffer.from(Array.from({ length: 3 * MEGABYTE }, (_, at) => (at * 31 + (at >> 8)) & 0xff))
    const path = join(folder, "source")
    await writeFile(path, source)
    const lengths = [1, 0, MEGABYTE - 1, 1, 7, MEGABYTE, 2 * MEGABYTE + 3, 5]
    const pieces = lengths.flatMap((length, at) => [
      source.subarray(at, at + length),
      { path, from: 3 * at, length },
    ])
    const whole = Buffer.concat(
      lengths.flatMap((length, at) => [
        source.subarray(at, at + length),
        source.subarray(3 * at, 3 * at + length),
      ]),
    )
    const file = join(folder, "written")
    const sha256 = createHash("sha256").update(whole).digest("hex")
    expect(await writeExecutable(file, pieces)).toEqual({ bytes: whole.length, sha256 })
    expect((await readFile(file)).equals(whole)).toBe(true)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("A file that has become shorter is no executable that was written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "write-executable-"))
  try {
    const path = join(folder, "source")
    await writeFile(path, "short")
    const pieces = [new Uint8Array(2 * MEGABYTE), { path, from: 0, length: 9 }]
    await expect(writeExecutable(join(folder, "written"), pieces)).rejects.toThrow("could not be written")
  } finally {
    await rm(folder, { recursive: true })
  }
})
