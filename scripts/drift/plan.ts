import semver from "semver"
import { Failure } from "../lib/errors.ts"
import { listHashes } from "../lib/npm/unpinned.ts"
import { listPins, readPin } from "../pins/pin.ts"
import type { SupportedReleases } from "./releases.ts"

/** What is to be tried, and what of it must be green. */
export interface Plan {
  releases: Release[]
  commits: { url: string; commit: string }[]
  mustBeGreen(upstream: string): boolean
}

/** A release that is to be tried. */
export interface Release {
  package: string
  version: string
  /** The sha512 of its package, by whose word it stands; missing when the registry is still to be asked. */
  hash?: { integrity: string; by: "its pin" | "drift.json" | "the registry" }
}

/**
 * Decides what is tried: the versions and commits that are given; the pins' commits when only an origin is given; when
 * nothing is, the releases of drift.json and all others in its range that the registry has. All releases in that range
 * must be green, and the commits of the pins.
 * @throws Failure when a pin is malformed, the registry cannot be asked, or what it says of a release is not what is recorded
 */
export async function makePlan(
  given: { versions: string[]; gitUrl?: string; commit: string[]; cache: string },
  supported: SupportedReleases,
): Promise<Plan> {
  const pins = await Promise.all((await listPins()).map((name) => readPin(name)))
  const pinned = pins.flatMap(({ git }) => git.commit ?? [])
  const commits = given.gitUrl && given.commit.length === 0 ? pinned : given.commit
  const url = given.gitUrl ?? pins[0]!.git.url
  const nothingGiven = given.versions.length + commits.length === 0
  const named = [...new Set(given.versions)].map((version) => ({
    package: supported.package,
    version,
    hash: recordedHash(version, supported),
  }))
  return {
    releases: nothingGiven ? await allReleases(supported, given.cache) : named,
    commits: [...new Set(commits)].map((commit) => ({ url, commit })),
    mustBeGreen: (upstream) => pinned.includes(upstream) || isIn(supported, upstream),
  }
}

/** Whether a release is one of those that this project says it supports. */
export function isIn({ supported }: SupportedReleases, version: string): boolean {
  return semver.satisfies(version, supported)
}

async function allReleases(supported: SupportedReleases, cache: string): Promise<Release[]> {
  const listed = await listHashes(supported.package, { cache })
  const versions = [...listed.keys()].filter((version) => isIn(supported, version))
  const all = [...new Set([...Object.keys(supported.releases), ...versions])].sort(semver.compare)
  return all.map((version): Release => {
    const said = listed.get(version)
    const recorded = recordedHash(version, supported)
    if (recorded && said && said !== recorded.integrity) throw anotherHash(version, recorded, said)
    const hash = recorded ?? (said ? { integrity: said, by: "the registry" as const } : undefined)
    return { package: supported.package, version, hash }
  })
}

function recordedHash(version: string, { pinned, releases }: SupportedReleases): Release["hash"] {
  const pin = pinned.get(version)
  if (pin) return { integrity: pin, by: "its pin" }
  const recorded = releases[version]
  return recorded ? { integrity: recorded, by: "drift.json" } : undefined
}

function anotherHash(
  version: string,
  { integrity, by }: NonNullable<Release["hash"]>,
  said: string,
): Failure {
  return new Failure({
    what: `The registry says another hash of ${version} than is recorded`,
    why: `it says ${said}, and ${by} has ${integrity}: one of them is wrong, or what the registry gives was exchanged`,
    next: "do not change the record; ask whoever runs the registry, and see what another one says: npm view PACKAGE@VERSION dist.integrity",
  })
}
