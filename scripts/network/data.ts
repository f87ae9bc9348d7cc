import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import semver from "semver"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { formatJson } from "../lib/format-json.ts"
import { namedPackage } from "../lib/npm/pinned.ts"
import { PINS } from "../pins/pin.ts"
import type { PlannedRun } from "./plan.ts"

const FILE = "network.json"

/** What was tried at a host in one run. */
const tried = z.strictObject({
  times: z.int().positive(),
  /** Seconds from the recording's begin to the first, to a tenth. */
  first: z.number().nonnegative(),
  /** `udp/53`, `tcp/443`, a protocol alone; sorted. */
  ways: z.array(z.string()).min(1),
})

const result = z.union([
  z.strictObject({
    /** The day, UTC. */
    on: z.iso.date(),
    /** Whether the scenario's job was done; `not asked` is that ours was built without a patch that it needs. */
    job: z.enum(["done", "not done", "not asked"]),
    /** By how the audit calls them; empty when nothing was tried. */
    hosts: z.record(z.string(), tried),
  }),
  /** It is not known what it would have tried. */
  z.strictObject({ on: z.iso.date(), notMeasured: z.string().min(1) }),
])

/** By mode of the network, scenario, and who was run. */
const results = z.partialRecord(
  z.enum(["answer", "refuse", "drop"]),
  z.record(z.string(), z.record(z.string(), result)),
)

/** What was measured of one release: `pins/NAME/network.json`. Nothing of it is text of upstream's. */
export const networkSchema = z.strictObject({
  /** Upstream's package, by the hash that was run. */
  package: namedPackage,
  results,
})

export type Network = z.infer<typeof networkSchema>
export type RunResult = z.infer<typeof result>
export type Measured = Extract<RunResult, { hosts: unknown }>

/** Whether it is known what was tried. */
export function isMeasured(found: RunResult | undefined): found is Measured {
  return found !== undefined && "hosts" in found
}

/** What a release's data says of one run; undefined when nothing does. */
export function resultOf(data: Network, { mode, scenario, as }: Omit<PlannedRun, "release">) {
  return data.results[mode]?.[scenario]?.[as]
}

/**
 * The data with what was found put in. What was measured before stays where a run was not measured this time: it has its
 * own day.
 * @throws Failure when both are not of the same package
 */
export function addResults(before: Network | undefined, found: Network): Network {
  if (before && before.package.integrity !== found.package.integrity) throw anotherPackage(before, found)
  const after: Network = structuredClone(before ?? { package: found.package, results: {} })
  for (const { mode, scenario, as, result } of listResults(found)) {
    after.results[mode] ??= {}
    const place = after.results[mode]
    place[scenario] ??= {}
    if (isMeasured(result) || !isMeasured(place[scenario][as])) place[scenario][as] = result
  }
  return after
}

/** All results of a release, one after the other. */
export function listResults({ results }: Network) {
  return Object.entries(results).flatMap(([mode, scenarios]) =>
    Object.entries(scenarios ?? {}).flatMap(([scenario, runs]) =>
      Object.entries(runs).map(([as, result]) => ({
        mode: mode as PlannedRun["mode"],
        scenario,
        as: as as PlannedRun["as"],
        result,
      })),
    ),
  )
}

/** The names of the releases of which there is data, oldest first; those of other products come last. */
export async function listMeasured(folder = PINS): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, FILE)))
    .map(({ name }) => name)
    .sort(compareNames)
}

/** By version; a name that is none, as that of another product, comes last. */
export function compareNames(a: string, b: string): number {
  if (isVersion(a) && isVersion(b)) return semver.compare(a, b)
  return Number(isVersion(b)) - Number(isVersion(a)) || a.localeCompare(b, "en", { numeric: true })
}

/** Whether a release is one of OpenCode's first product: its name is its version then. */
export const isVersion = (name: string) => semver.satisfies(name, "*", { includePrerelease: true })

/**
 * Reads what was measured of a release; undefined when there is no file.
 * @throws Failure when it is malformed
 */
export async function readNetwork(name: string, folder = PINS): Promise<Network | undefined> {
  const file = join(folder, name, FILE)
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return networkSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new Failure({
      what: `${file} does not say what was measured`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `take it back: git checkout -- ${file}; or measure again: npm run network -- ${name}`,
    })
  }
}

/** Writes it, sorted, so that the same results make the same file. */
export async function writeNetwork(name: string, data: Network, folder = PINS): Promise<void> {
  const file = join(folder, name, FILE)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, formatJson(sortKeys(networkSchema.parse(data))))
  await rename(`${file}.new`, file)
}

/** `package` stays as it is: its fields are in the order of pins. */
function sortKeys({ package: name, results }: Network): Network {
  return { package: name, results: sorted(results, 3) as Network["results"] }
}

function sorted(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one, depth - 1)]))
}

function anotherPackage(before: Network, found: Network): Failure {
  const { name, version } = found.package
  return new Failure({
    what: `${name}@${version} is not what was measured before`,
    why: `it has the hash ${found.package.integrity}, and its data is of ${before.package.integrity}`,
    next: "find out who changed it; a version of npm's never changes",
  })
}
