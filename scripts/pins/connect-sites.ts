import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

/** Where it is said what connects in upstream's code to a host that does not stand at that place. */
export const SITES_FILE = "pins/connect-sites.json"

const groups = z.array(
  z.strictObject({
    /** Who connects there, and to what. */
    what: z.string().min(4),
    /** Names that upstream's code has around each of these places, and that a minifier leaves. */
    names: z.array(z.string().min(3)).min(1),
    /** Which scenario of the audit reaches them, or why none does. */
    why: z.string().min(10),
  }),
)

/** What is said of places in upstream's code, a group of them at a time. */
export type SiteGroup = z.infer<typeof groups>[number]

/**
 * Reads pins/connect-sites.json.
 * @throws Failure when it is malformed
 */
export async function readSiteGroups(): Promise<SiteGroup[]> {
  const text = await readFile(join(import.meta.dirname, "../..", SITES_FILE), "utf8")
  try {
    return groups.parse(JSON.parse(text))
  } catch (error) {
    throw new Failure({
      what: `${SITES_FILE} is malformed`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `mend it, or take it back: git checkout -- ${SITES_FILE}`,
    })
  }
}

/**
 * The group of a place: of the names of all groups, one that stands nearest to it decides; of several there, the first.
 * @param around the texts around the place, from the inside out
 * @returns undefined when nobody has said what connects there
 */
export function findGroup(around: string[], groups: SiteGroup[]): SiteGroup | undefined {
  const patterns = groups.map((group) => ({ group, pattern: patternOf(group.names) }))
  for (const text of around) {
    const found = patterns.find(({ pattern }) => pattern.test(text))
    if (found) return found.group
  }
  return undefined
}

/** As whole words. */
function patternOf(names: string[]): RegExp {
  return new RegExp(`(?<![\\w$])(?:${names.map((name) => RegExp.escape(name)).join("|")})(?![\\w$])`)
}
