import { afterEach, beforeEach, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import cacache from "cacache"
import { type Believed, derive, recall } from "../../../scripts/lib/derived-cache.ts"
import { Failure } from "../../../scripts/lib/errors.ts"

let cache: string
let made: string[]
/** What a run believes. */
let believed: Believed

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "derived-"))
  believed = new Map()
  made = []
})
afterEach(() => rm(cache, { recursive: true }))

test("what was made for a key is made once in a run", async () => {
  expect(await get("key", "value")).toBe("value")
  expect(await get("key", "other value")).toBe("value")
  expect(made).toEqual(["value"])
})

test("what another run made is made anew, unless the repository has its hash", async () => {
  await get("inputs makers", "value")
  believed = new Map()
  expect(await get("inputs makers", "value")).toBe("value")
  expect(made).toEqual(["value", "value"])
  believed = new Map([["inputs", hashOf("value")]])
  expect(await get("inputs makers", "value")).toBe("value")
  expect(made).toEqual(["value", "value"])
})

test("what lies in the cache under a hash of its own is made anew, in whatever run", async () => {
  const recorded = new Map([["inputs", hashOf("value")]])
  for (const run of [recorded, new Map<string, string>()]) {
    believed = run
    await cacache.put(join(cache, "derived"), "inputs makers", Buffer.from("foreign code"))
    expect(await get("inputs makers", "value")).toBe("value")
    await cacache.put(join(cache, "derived"), "inputs makers", Buffer.from("foreign code"))
    expect(await get("inputs makers", "value")).toBe("value")
  }
})

test("what is recorded for other inputs is not taken for these", async () => {
  believed = new Map([["other inputs", hashOf("other value")]])
  await cacache.put(join(cache, "derived"), "inputs makers", Buffer.from("other value"))
  expect(await get("inputs makers", "value")).toBe("value")
})

test("what the makers make otherwise than it is recorded is what counts, in every run anew", async () => {
  for (const _ of [1, 2]) {
    believed = new Map([["inputs", hashOf("old value")]])
    expect(await get("inputs makers", "new value")).toBe("new value")
  }
  expect(made).toEqual(["new value", "new value"])
})

test("whatever bit of the cache is turned round, what is given is what was made", async () => {
  const values = Object.fromEntries(
    ["one", "two", "three"].map((name) => [`${name} makers`, `value ${name}`]),
  )
  const fill = async () => {
    believed = new Map(Object.entries(values).map(([key, value]) => [key.split(" ")[0]!, hashOf(value)]))
    for (const [key, value] of Object.entries(values)) expect(await get(key, value)).toBe(value)
  }
  await fill()
  const files = await filesOf(join(cache, "derived"))
  expect(files.length).toBe(6)
  for (const file of files) {
    const whole = await readFile(file)
    for (let bit = 0; bit < whole.length * 8; bit += 7) {
      const damaged = Buffer.from(whole)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      await writeFile(file, damaged)
      await fill()
      await writeFile(file, whole)
    }
  }
})

test("what only reports are made of is believed, when it is whole", async () => {
  const ask = (value: string) => recall(cache, "key", async () => Buffer.from(value))
  await ask("value")
  expect(Buffer.from(await ask("other value")).toString()).toBe("value")
  const file = await contentFile()
  await writeFile(file, flipFirst(await readFile(file)))
  expect(Buffer.from(await ask("other value")).toString()).toBe("other value")
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
  const make = async () => {
    made.push(value)
    return Buffer.from(value)
  }
  const bytes = await derive(cache, key, make, believed)
  return Buffer.from(bytes).toString()
}

async function contentFile(): Promise<string> {
  return (await filesOf(join(cache, "derived", "content-v2")))[0]!
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

function flipFirst(bytes: Buffer): Buffer {
  bytes[0]! ^= 1
  return bytes
}
