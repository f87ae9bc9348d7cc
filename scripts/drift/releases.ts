import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { integrity, packageName, version } from "../lib/npm/locked.ts"
import { listPins, PRODUCT, readPin } from "../pins/pin.ts"
import { packageFor, type Target } from "../upstream/target.ts"

const FILE = join(import.meta.dirname, "../../drift.json")

const supportedReleases = z
  .strictObject({
    /**
     * Upstream's package whose code is looked at. That of another target has other names in its chunks, as they are minified
     * for each, so it is looked at by itself: {@link forTarget}.
     */
    package: packageName,
    /** The releases that this project says it supports, as npm writes ranges. */
    supported: z.string().refine((text) => semver.validRange(text) !== null, "must be a range of versions"),
    /** The sha512 of the package of each release that was taken in; `npm run drift -- --record` adds to them. */
    releases: z.record(version, integrity),
  })
  .superRefine(({ supported, releases }, context) => {
    for (const version of Object.keys(releases).filter((version) => !semver.satisfies(version, supported)))
      context.addIssue({ code: "custom", path: ["releases", version], message: `is not in ${supported}` })
  })

/** What drift.json says, and by whose word each hash in it stands. */
export interface SupportedReleases extends z.infer<typeof supportedReleases> {
  /** The sha512 of the same package in pins, by version. */
  pinned: Map<string, string>
}

/**
 * Reads drift.json, and the pins of its package.
 * @throws Failure when it is malformed, or a pin has another hash of a release
 */
export async function readReleases(): Promise<SupportedReleases> {
  const parsed = supportedReleases.safeParse(parseJson(await readFile(FILE, "utf8")))
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error))
  const pinned = await readPinned(parsed.data.package)
  for (const [version, hash] of Object.entries(parsed.data.releases))
    if (pinned.has(version) && pinned.get(version) !== hash)
      throw malformed(`${version} is ${hash} there, and ${pinned.get(version)} in its pin`)
  return { ...parsed.data, pinned }
}

/** The same for the package of another target: of its releases, only pins have hashes. */
export async function forTarget(supported: SupportedReleases, target: Target): Promise<SupportedReleases> {
  const name = packageFor(PRODUCT, target)
  if (name === supported.package) return supported
  return { ...supported, package: name, releases: {}, pinned: await readPinned(name) }
}

/** Adds releases to drift.json, in the order of their versions; what is there stays as it is. */
export async function recordReleases(found: { version: string; integrity: string }[]): Promise<void> {
  const before = supportedReleases.parse(parseJson(await readFile(FILE, "utf8")))
  const added = Object.fromEntries(found.map(({ version, integrity }) => [version, integrity]))
  const releases = Object.entries({ ...added, ...before.releases }).sort(([a], [b]) => semver.compare(a, b))
  const after = { ...before, releases: Object.fromEntries(releases) }
  await writeFile(`${FILE}.new`, `${JSON.stringify(after, null, 2)}\n`)
  await rename(`${FILE}.new`, FILE)
}

async function readPinned(name: string): Promise<Map<string, string>> {
  const pins = await Promise.all((await listPins()).map((pin) => readPin(pin)))
  const packages = pins
    .filter(({ product }) => product === PRODUCT)
    .flatMap(({ targets }) => Object.values(targets))
    .map(({ opencode }) => opencode)
  return new Map(
    packages.filter((one) => one.name === name).map(({ version, integrity }) => [version, integrity]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed((error as Error).message)
  }
}

function malformed(why: string): Failure {
  return new Failure({
    what: "drift.json is malformed",
    why,
    next: "mend it, or take it back: git checkout -- drift.json",
  })
}
