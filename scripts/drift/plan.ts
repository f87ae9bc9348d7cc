import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { listVersions } from "../lib/npm/unpinned.ts"
import { listPins, pinName, readPin } from "../pins/pin.ts"
import { PACKAGE } from "./attempt.ts"

/** What is to be tried, and what of it must be green. */
export interface Plan {
  releases: Release[]
  commits: { url: string; commit: string }[]
  /** Versions and full commits. */
  required: string[]
}

export interface Release {
  version: string
  /** The sha512 of its package, where drift.json has it. */
  integrity?: string
}

const Settings = z.strictObject({
  /** The releases that the series must apply to, each by its pin or by the sha512 of its package. */
  green: z.record(z.string(), z.union([z.literal("pin"), z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/)])),
  /** How many of the newest releases are tried beside them. */
  newest: z.int().nonnegative(),
})

/**
 * Decides what is tried: the versions and commits that are given; the pins' commits when only an origin is given; the
 * list of drift.json when nothing is. The commits of the pins must be green, as the versions of drift.json.
 * @throws Failure when drift.json or a pin is malformed, or the registry cannot be asked for the newest releases
 */
export async function makePlan(given: {
  versions: string[]
  gitUrl?: string
  commit: string[]
  cache: string
}): Promise<Plan> {
  const pins = await Promise.all((await listPins()).map((name) => readPin(name)))
  const settings = await readSettings(pins.map(pinName))
  const pinned = pins.flatMap(({ git }) => git.commit ?? [])
  const commits = given.gitUrl && given.commit.length === 0 ? pinned : given.commit
  const url = given.gitUrl ?? pins[0]!.git.url
  const nothingGiven = given.versions.length + commits.length === 0
  const releases = nothingGiven ? await defaultReleases(settings, given.cache) : given.versions
  return {
    releases: [...new Set(releases)].map((version) => ({ version, integrity: hashOf(version, settings) })),
    commits: [...new Set(commits)].map((commit) => ({ url, commit })),
    required: [...Object.keys(settings.green), ...pinned],
  }
}

async function defaultReleases({ green, newest }: z.infer<typeof Settings>, cache: string) {
  return [...Object.keys(green), ...(await listVersions(PACKAGE, { cache })).slice(0, newest)]
}

function hashOf(version: string, { green }: z.infer<typeof Settings>): string | undefined {
  const by = green[version]
  return by === "pin" ? undefined : by
}

async function readSettings(pins: string[]): Promise<z.infer<typeof Settings>> {
  const file = join(import.meta.dirname, "../../drift.json")
  const parsed = Settings.safeParse(JSON.parse(await readFile(file, "utf8")))
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error))
  const without = Object.entries(parsed.data.green).find(([name, by]) => by === "pin" && !pins.includes(name))
  if (without) throw malformed(`${without[0]} is to be taken by its pin, and there is none`)
  return parsed.data
}

function malformed(why: string): Failure {
  return new Failure({
    what: "drift.json is malformed",
    why,
    next: "mend it, or take it back: git checkout -- drift.json",
  })
}
