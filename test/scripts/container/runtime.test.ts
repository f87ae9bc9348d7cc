import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compareRuntime } from "../../../scripts/container/index.ts"

/** More than two of the chunks that a file is read in. */
const runtime = new Uint8Array(2_500_000).map((_, index) => index * 7)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtime-"))
})
afterAll(() => rm(folder, { recursive: true }))

async function compareBoth(bun: Uint8Array) {
  const path = join(folder, "bun")
  await writeFile(path, bun)
  const [bytes, file] = await Promise.all([compareRuntime(runtime, bun), compareRuntime(runtime, path)])
  expect(file).toEqual(bytes)
  return file
}

test("is equal to a copy of itself", async () => {
  expect(await compareBoth(runtime.slice())).toEqual({ equal: true })
})

test.each([0, 1_048_575, 1_048_576, 2_499_999])("finds a difference at %i", async (offset) => {
  const other = runtime.slice()
  other[offset]! ^= 1
  expect(await compareBoth(other)).toEqual({ equal: false, firstDifference: offset })
})

test("differs from a shorter and from a longer file where the shorter one ends", async () => {
  expect(await compareBoth(runtime.slice(0, 2_000_000))).toEqual({ equal: false, firstDifference: 2_000_000 })
  expect(await compareBoth(Buffer.concat([runtime, Buffer.from([0])]))).toEqual({
    equal: false,
    firstDifference: 2_500_000,
  })
  expect(await compareBoth(new Uint8Array(0))).toEqual({ equal: false, firstDifference: 0 })
})
