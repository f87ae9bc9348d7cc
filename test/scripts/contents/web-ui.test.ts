import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { type PackIndex, packHeaderLength, readIndex } from "../../../offline/web-ui/pack.ts"
import { inlineScripts } from "../../../offline/web-ui/page.ts"
import { type EmbeddedWebUi, embedWebUi } from "../../../scripts/contents/web-ui.ts"
import { acquire, pinWith } from "../../lib/stock.ts"

describe("the web UI of a pin that names one", () => {
  let cache: string
  let embedded: EmbeddedWebUi
  let index: PackIndex
  let asked = 0
  const embed = (folder: string) =>
    embedWebUi(
      async () => {
        asked++
        const { webUi } = await pinWith((pin) => pin.webUi !== undefined)
        return acquire(webUi!)
      },
      "the hash",
      folder,
    )

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), "embed-web-ui-"))
    embedded = await embed(cache)
    index = readIndex(embedded.pack)
  })
  afterAll(() => rm(cache, { recursive: true, force: true }))

  test("is all there, and adds at most 8 MB", () => {
    expect(embedded.files).toBe(534)
    expect(embedded.rawBytes).toBeGreaterThan(17_000_000)
    expect(embedded.pack.byteLength).toBeLessThan(8_000_000)
  })

  test("has every file that its page and its scripts name", () => {
    const named = new Set<string>()
    for (const path of Object.keys(index.files)) {
      if (!/\.(js|css|html|webmanifest)$/.test(path)) continue
      for (const [name] of text(path).matchAll(/(?<=["'(/])assets\/[\w.-]+\.\w+(?=["')])/g))
        named.add(`/${name}`)
      for (const [name] of text(path).matchAll(/(?<=(?:import|from)\(?")\.\/[\w.-]+\.js(?=")/g))
        named.add(new URL(name, `file://${path}`).pathname)
      for (const [name] of text(path).matchAll(/(?<=(?:href|src|content)=")\/[\w./-]+(?=")/g)) named.add(name)
    }
    expect(named.size).toBeGreaterThan(400)
    expect([...named].filter((path) => !index.files[path])).toEqual([])
  })

  test("lets the script inside the page run, and gives the manifest the page's credentials", () => {
    expect(index.scripts).toEqual(inlineScripts(text(index.page)))
    expect(index.scripts).toHaveLength(1)
    expect(text(index.page)).toContain('crossorigin="use-credentials"')
  })

  test("asks no other host for news or pictures", () => {
    const scripts = Object.keys(index.files).filter((path) => path.endsWith(".js"))
    for (const path of scripts) expect(text(path)).not.toMatch(/opencode\.ai\/(changelog|favicon)/)
  })

  test("is taken from the cache the second time, without the executable it comes from", async () => {
    expect(asked).toBe(1)
    expect((await embed(cache)).pack).toEqual(Buffer.from(embedded.pack))
    expect(asked).toBe(1)
  })

  test("has the same bytes when it is made again", async () => {
    const other = join(cache, "other")
    expect(Buffer.compare((await embed(other)).pack, embedded.pack)).toBe(0)
    expect(asked).toBe(2)
  })

  function text(path: string): string {
    const { offset, length, encoding } = index.files[path]!
    const blobs =
      packHeaderLength + new DataView(embedded.pack.buffer, embedded.pack.byteOffset).getUint32(8, true)
    const stored = embedded.pack.subarray(blobs + offset, blobs + offset + length)
    return new TextDecoder().decode(encoding === "br" ? brotliDecompressSync(stored) : stored)
  }
})
