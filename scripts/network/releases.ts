import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import semver from "semver"
import { loadScenarios, type NamedScenario } from "../audit/load-scenarios.ts"
import { readReleases } from "../drift/releases.ts"
import { Failure } from "../lib/errors.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import type { NamedPackage } from "../lib/npm/pinned.ts"
import { listVersions, lookUp, readPackageFile } from "../lib/npm/unpinned.ts"
import { listPins, PRODUCT, pinName, pinnedTarget, readPin } from "../pins/pin.ts"
import { readSpec } from "../pins/read-spec.ts"
import { hostTarget, packageFor } from "../upstream/target.ts"
import { compareNames, isVersion, readNetwork } from "./data.ts"
import type { PlannedRelease } from "./plan.ts"

/** A release of upstream's that is measured. */
export interface Release extends PlannedRelease {
  product: string
  version: string
}

/** Upstream's executable of a release, and the package that it is from. */
export interface StockExecutable {
  file: string
  package: NamedPackage
}

const SCENARIOS = join(import.meta.dirname, "../../audit/scenarios")

/**
 * The releases that are named, oldest first, each once, with the scenarios that are for them.
 * @param specs versions, names of pins, or PACKAGE@VERSION
 * @param wanted names of scenarios
 * @throws Failure for what names no release, and for a scenario that is not there or for none of them
 */
export async function findReleases(specs: string[], wanted: string[]): Promise<Release[]> {
  const pins = await listPins()
  const found = new Map<string, Release>()
  for (const spec of specs) {
    const { product, version } = pins.includes(spec) ? await readPin(spec) : readSpec(spec)
    const name = pinName({ product, version })
    const isBuilt = pins.includes(name) && hostTarget().name in (await readPin(name)).targets
    const scenarios = (await scenariosFor({ product, version }))
      .map((one) => one.name)
      .filter((one) => wanted.includes(one))
    found.set(name, { name, product, version, isBuilt, scenarios })
  }
  const releases = [...found.values()].sort((a, b) => compareNames(a.name, b.name))
  const lost = wanted.find((one) => !releases.some(({ scenarios }) => scenarios.includes(one)))
  if (releases.some(({ scenarios }) => scenarios.length === 0)) throw nothingToRun(releases)
  if (lost !== undefined && !(await isThere(lost))) throw noScenario(lost)
  return releases
}

/** The scenarios of the audit that are for a release. */
export async function scenariosFor(release: Pick<Release, "product" | "version">): Promise<NamedScenario[]> {
  const { scenarios } = await loadScenarios({ command: undefined, scenarios: SCENARIOS, names: [] }, release)
  return scenarios
}

/** The titles of all scenarios of the audit, by name. */
export async function scenarioTitles(): Promise<Map<string, string>> {
  const files = await Array.fromAsync(new Bun.Glob("*.ts").scan({ cwd: SCENARIOS }))
  const loaded = files.map(async (file): Promise<[string, string]> => {
    const { default: scenario } = await import(join(SCENARIOS, file))
    return [file.slice(0, -".ts".length), scenario.title]
  })
  return new Map(await Promise.all(loaded))
}

/** All releases that the registry has, from 1.0.0 on, and the pins of other products. */
export async function listReleases(cache: string): Promise<string[]> {
  const versions = await listVersions(packageFor(PRODUCT, hostTarget()), { cache })
  const others = (await listPins()).filter((name) => !isVersion(name))
  return [...versions.filter((version) => semver.satisfies(version, ">=1.0.0")), ...others]
}

/**
 * Gets upstream's executable: by the hash in its pin; without one, by the hash in its data or in drift.json, which the registry must
 * have, and else by what the registry says.
 * @param folder where one goes that is in no pin
 * @param data the folder of what was measured before
 * @throws Failure when it cannot be had, or has another hash
 */
export async function acquireRelease(
  release: Release,
  { cache, folder, data }: { cache: string; folder: string; data: string },
): Promise<StockExecutable> {
  if (release.isBuilt) {
    const pinned = pinnedTarget(await readPin(release.name), hostTarget().name).opencode
    const { executable: _, ...named } = pinned
    return { file: await acquireFile(pinned, { cache }), package: named }
  }
  const name = packageFor(release.product, hostTarget())
  const known = await readHash(release, data)
  const wanted = known
    ? { name, version: release.version, integrity: known }
    : await lookUp(name, release.version, { cache })
  const { contents } = await readPackageFile(wanted, `bin/${hostTarget().file}`, { cache })
  const file = join(folder, `opencode-${release.name}`)
  await writeFile(file, contents)
  await chmod(file, 0o755)
  return { file, package: wanted }
}

async function readHash({ name, version }: Release, data: string): Promise<string | undefined> {
  const { package: listed, releases } = await readReleases()
  const recorded = listed === packageFor(PRODUCT, hostTarget()) ? releases[version] : undefined
  return (await readNetwork(name, data))?.package.integrity ?? recorded
}

const isThere = async (name: string) => Bun.file(join(SCENARIOS, `${name}.ts`)).exists()

function nothingToRun(releases: Release[]): Failure {
  const names = releases.filter(({ scenarios }) => scenarios.length === 0).map(({ name }) => name)
  return new Failure({
    what: `There is nothing to run with ${names.join(", ")}`,
    why: "none of the scenarios is for it",
    next: "npm run network -- VERSION, without --scenario",
  })
}

function noScenario(name: string): Failure {
  return new Failure({
    what: `There is no scenario ${name}`,
    why: "audit/scenarios has no file of that name",
    next: "npm run network -- VERSION --scenario NAME",
  })
}
