import { readFile } from "node:fs/promises"
import { cachedPath } from "../lib/npm/cache.ts"
import type { Pin } from "../pins/pin.ts"

/**
 * The licences of the packages that grammars are from, which whoever hands the executable on has to hand on, too.
 * @param cache the build's, in which they were acquired
 * @returns text for people, sorted by package
 */
export async function readLicenses({ grammars }: Pin, cache: string): Promise<string> {
  const texts = new Map<string, string>()
  for (const { licenseFile, license, ...pinned } of Object.values(grammars).flat()) {
    const text = await readFile(cachedPath(cache, { ...pinned, executable: licenseFile }), "utf8")
    texts.set(`${pinned.name} ${pinned.version} (${license})`, text.trim())
  }
  const sections = [...texts].sort(([a], [b]) => (a < b ? -1 : 1))
  return sections.map(([title, text]) => `${title}\n${"-".repeat(title.length)}\n\n${text}\n`).join("\n\n")
}
