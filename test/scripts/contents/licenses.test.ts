import { expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { readLicenses } from "../../../scripts/contents/licenses.ts"
import { cachedPath } from "../../../scripts/lib/npm/cache.ts"
import type { Pin } from "../../../scripts/pins/pin.ts"

test("the text has each package once, sorted, with its version, its licence's name and its licence", async () => {
  const cache = await mkdtemp(join(tmpdir(), "licenses-"))
  const [one, two] = [await grammarOf(cache, "b-grammar"), await grammarOf(cache, "a-grammar")]
  const pin = { grammars: { x: [one], y: [one, two] } } as unknown as Pin
  expect(await readLicenses(pin, cache)).toBe(
    `a-grammar 1.0.0 (MIT)\n${"-".repeat(21)}\n\nthe licence of a-grammar\n\n\n` +
      `b-grammar 1.0.0 (MIT)\n${"-".repeat(21)}\n\nthe licence of b-grammar\n`,
  )
  await rm(cache, { recursive: true })
})

/** A grammar's package as a pin names it, with its licence in the cache. */
async function grammarOf(cache: string, name: string): Promise<Pin["grammars"][string][number]> {
  const file = {
    path: "LICENSE",
    bytes: 1,
    sha512: new Bun.CryptoHasher("sha512").update(name).digest("hex"),
  }
  const integrity = "sha512-sample"
  const pinned = { name, version: "1.0.0", integrity, executable: file }
  const path = cachedPath(cache, pinned)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `the licence of ${name}\n`)
  return { ...pinned, license: "MIT", licenseFile: file }
}
