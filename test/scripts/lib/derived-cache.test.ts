import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { derive } from "../../../scripts/lib/derived-cache.ts"
import { Failure } from "../../../scripts/lib/errors.ts"

let cache: string
let made: string[]

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "derived-"))
  made = []
})
afterEach(() => rm(cache, { recursive: true }))

test("what was made for a key is made once", async () => {
  expect(await get("key", "value")).toBe("value")
  expect(await get("key", "other value")).toBe("value")
  expect(made).toEqual(["value"])
})

test("another key is made anew", async () => {
  await get("key", "value")
  expect(await get("other key", "other value")).toBe("other value")
  expect(made).toEqual(["value", "other value"])
})

test("damaged content is made again, and is kept again", async () => {
  for (const damage of [flipFirst, (bytes: Buffer) => bytes.subarray(1), () => Buffer.alloc(0)]) {
    await get("key", "value")
    const file = await contentFile()
    await writeFile(file, damage(await readFile(file)))
    made = []
    expect(await get("key", "value")).toBe("value")
    expect(await get("key", "value")).toBe("value")
    expect(made).toEqual(["value"])
  }
})

test("content or index that is gone is made again", async () => {
  for (const part of ["content-v2", "index-v5"]) {
    await get("key", "value")
    await rm(join(cache, "derived", part), { recursive: true })
    made = []
    expect(await get("key", "value")).toBe("value")
    expect(made).toEqual(["value"])
  }
})

test("a failed making is thrown and not kept", async () => {
  const failing = derive(cache, "key", () => Promise.reject(new Error("cannot be made")))
  expect(failing).rejects.toThrow("cannot be made")
  await failing.catch(() => {})
  expect(await get("key", "value")).toBe("value")
})

test("a cache that cannot be used is a failure that names it", async () => {
  await writeFile(join(cache, "file"), "")
  const error = await derive(join(cache, "file"), "key", async () => Buffer.from("x")).catch(
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(Failure)
  expect(error.report.what).toContain(join(cache, "file"))
})

async function get(key: string, value: string): Promise<string> {
  const bytes = await derive(cache, key, async () => {
    made.push(value)
    return Buffer.from(value)
  })
  return Buffer.from(bytes).toString()
}

async function contentFile(): Promise<string> {
  const folder = join(cache, "derived", "content-v2")
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const file = entries.find((entry) => entry.isFile())!
  return join(file.parentPath, file.name)
}

function flipFirst(bytes: Buffer): Buffer {
  bytes[0]! ^= 1
  return bytes
}
