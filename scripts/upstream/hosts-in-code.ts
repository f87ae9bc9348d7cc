import { recall } from "../lib/derived-cache.ts"
import { hashMakers } from "../lib/makers.ts"
import { withoutCatalogues } from "./catalogue.ts"
import type { Code } from "./read-code.ts"

/** A URL's scheme and authority; a part that is computed, or filled in later, is in braces. */
const COMPUTED = /\$?\{(?:[^{}]|\{[^{}]*\})*\}/
const URL_START = new RegExp(
  `\\b(?:https?|wss?)://((?:${COMPUTED.source}|\\[[\\da-f:]+\\]|[\\w.:@%-])+)`,
  "gi",
)

/**
 * The hosts of the URLs that stand in a release's code, without those of the model catalogue, sorted. What is computed in
 * one is a `*`: `sts.*.amazonaws.com`.
 * @param integrity the hash of the release's package, by which the list is kept in the cache
 */
export async function readHosts({ modules }: Code, integrity: string, cache: string): Promise<string[]> {
  const key = `hosts in code ${integrity} ${await hashMakers(import.meta.filename)}`
  const kept = await recall(cache, key, async () =>
    Buffer.from(JSON.stringify(findHosts(withoutCatalogues({ modules })))),
  )
  return JSON.parse(Buffer.from(kept).toString())
}

/** The hosts of the URLs in texts, sorted. */
export function findHosts(texts: string[]): string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(URL_START)].map(([, authority]) => hostOf(authority!)),
  )
  return [...new Set(found)].filter((host) => /[a-z0-9]/.test(host)).sort()
}

/** Without a login in front, and without a port and the dot of the root. */
function hostOf(authority: string): string {
  const shown = authority.replaceAll(new RegExp(COMPUTED, "g"), "*")
  return shown
    .replace(/^.*@/, "")
    .replace(/:[\d*]*$/, "")
    .replace(/\.+$/, "")
    .toLowerCase()
}
