import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { embedAssets } from "../../../scripts/contents/assets.ts"
import { acquire, pinned } from "../../lib/stock.ts"

let cache: string
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "embed-assets-"))
})
afterAll(() => rm(cache, { recursive: true }))

const asset = (name: string, text = name) => ({
  name,
  part: "grammars" as const,
  source: Buffer.from(text),
})

describe("what is carried inside", () => {
  test("is the same, and in the order of the names, however it is given", async () => {
    const [one, other] = await Promise.all([
      embedAssets([asset("a"), asset("b")], cache),
      embedAssets([asset("b"), asset("a")], join(cache, "other")),
    ])
    expect(one).toEqual(other)
    expect(one.list.map(({ module }) => module)).toEqual([
      "/$bunfs/root/offline-asset-a.zst",
      "/$bunfs/root/offline-asset-b.zst",
    ])
    expect(JSON.parse(Buffer.from(one.index.contents).toString())).toEqual({
      a: { sha256: new Bun.CryptoHasher("sha256").update("a").digest("hex"), bytes: 1 },
      b: { sha256: new Bun.CryptoHasher("sha256").update("b").digest("hex"), bytes: 1 },
    })
  })

  test("has a name of its own that is no path", () => {
    expect(embedAssets([asset("a"), asset("a", "other")], cache)).rejects.toThrow("a cannot be the name")
    expect(embedAssets([asset("../a")], cache)).rejects.toThrow("../a cannot be the name")
  })
})

test("the ripgrep of the pin needs no loader and no library, so it runs on each Linux, with musl too", async () => {
  const file = await readFile(await acquire(pinned.ripgrep))
  expect(file.subarray(0, 5)).toEqual(Buffer.from("\x7fELF\x02", "latin1"))
  const [start, size, count] = [
    Number(file.readBigUInt64LE(32)),
    file.readUInt16LE(54),
    file.readUInt16LE(56),
  ]
  const types = Array.from({ length: count }, (_, at) => file.readUInt32LE(start + at * size))
  const [LOAD, INTERP] = [1, 3]
  expect(types).toContain(LOAD)
  expect(types).not.toContain(INTERP)
})
