import { createHash } from "node:crypto"
import { type ModuleGraph, readBunVersion, readModuleGraph, reconstruct } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import type { NamedPackage, PinnedPackage } from "../lib/npm/pinned.ts"
import { type PackageFile, readPackages } from "../lib/npm/read-packages.ts"
import { lookUp } from "../lib/npm/unpinned.ts"
import { shapeOf } from "../upstream/shape.ts"
import { packageFor, type Target } from "../upstream/target.ts"
import type { Pin, PinnedTarget } from "./pin.ts"

interface Options {
  cache: string
  step: Step
}

/** A package as a pin names it, and the file that it is for. */
interface Taken {
  pinned: PinnedPackage
  contents: Uint8Array
}

/** A target that is not in the pin. */
export interface Missing {
  target: string
  why: string
}

/**
 * Takes upstream's executable of each target from the registry, the Bun package that it was made with, and a ripgrep.
 * @param pins those that there are, newest first: what goes beside an executable of an older form is as in one of these
 * @throws Failure when none of the targets can be had
 */
export async function pinTargets(
  release: { product: string; version: string },
  wanted: Target[],
  pins: Pin[],
  options: Options,
): Promise<Pick<Pin, "bun" | "targets" | "webUi" | "grammars"> & { missing: Missing[] }> {
  const targets: Pin["targets"] = {}
  const missing: Missing[] = []
  let beside: Pick<Pin, "webUi" | "grammars"> = { grammars: {} }
  for (const target of wanted) {
    try {
      const { pinned, graph } = await pinTarget(release, target, options)
      targets[target.name] = pinned
      beside = besideOf(graph, pins)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      missing.push({ target: target.name, why: `${error.report.what}: ${error.report.why}` })
    }
  }
  const versions = [...new Set(Object.values(targets).map(({ bun }) => bun.version))]
  if (versions.length === 0) throw nothingTaken(release, missing)
  if (versions.length > 1) throw severalBuns(versions)
  options.step.result(
    `${Object.keys(targets).length} targets, Bun ${versions[0]}; ${missing.length} not there`,
  )
  return { bun: { version: versions[0]! }, targets, ...beside, missing }
}

async function pinTarget(
  { product, version }: { product: string; version: string },
  target: Target,
  options: Options,
): Promise<{ pinned: PinnedTarget; graph: ModuleGraph }> {
  const opencode = await take(packageFor(product, target), version, isExecutable, options)
  const graph = readModuleGraph(opencode.contents)
  const bunVersion = readBunVersion(graph.runtime)
  if (!bunVersion) throw unknownBun(opencode.pinned)
  const bun = await findBun(graph, opencode.pinned, target, bunVersion, options)
  const ripgrep = await take(
    target.ripgrep.name,
    undefined,
    ({ path }) => path === target.ripgrep.path,
    options,
  )
  return { pinned: { opencode: opencode.pinned, bun, ripgrep: ripgrep.pinned }, graph }
}

/** Packages of upstream's hold one program. */
function isExecutable({ path }: PackageFile): boolean {
  return /^bin\/[^/]+$/.test(path)
}

/** By making the executable again, not by its name. */
async function findBun(
  graph: ModuleGraph,
  opencode: PinnedPackage,
  target: Target,
  version: string,
  options: Options,
): Promise<PinnedPackage> {
  const differences: string[] = []
  for (const name of target.bun.names) {
    const bun = await take(name, version, ({ path }) => path === target.bun.path, options)
    const { equal, firstDifference } = await reconstruct(graph, bun.contents)
    if (equal) return bun.pinned
    differences.push(`made from ${name} it differs at byte ${firstDifference}`)
  }
  throw new Failure({
    what: `The runtime of ${opencode.name} is none of npm's`,
    why: `it says that it is Bun ${version}; ${differences.join(", ")}`,
    next: "do not pin it before a person knows why: cmp -l bun opencode, as docs/pins.md says",
  })
}

/** @param version undefined for the newest */
async function take(
  name: string,
  version: string | undefined,
  isWanted: (file: PackageFile) => boolean,
  { cache, step }: Options,
): Promise<Taken> {
  const options = { cache, onProgress: step.update }
  step.update(`${name}@${version ?? "latest"}`)
  const wanted = await lookUp(name, version ?? "latest", options)
  const [files] = await readPackages([wanted], options)
  const found = files!.filter(isWanted)
  if (found.length !== 1) throw noFile(wanted, found)
  const { path, data } = found[0]!
  const sha512 = createHash("sha512").update(data).digest("hex")
  return { pinned: { ...wanted, executable: { path, bytes: data.length, sha512 } }, contents: data }
}

/**
 * What goes beside an executable, as in the newest pin of its form: grammars, where its code is patched to use them, and a
 * page, where it has none.
 */
export function besideOf(graph: Pick<ModuleGraph, "modules">, pins: Pin[]): Pick<Pin, "webUi" | "grammars"> {
  const shape = shapeOf(graph)
  const like = pins.find(
    ({ webUi, grammars }) => (webUi === undefined) === shape?.hasPage && Object.keys(grammars).length > 0,
  )
  return { ...(like?.webUi && { webUi: like.webUi }), grammars: like?.grammars ?? {} }
}

function noFile({ name, version }: NamedPackage, found: PackageFile[]): Failure {
  return new Failure({
    what: `${name}@${version} has not one file of the kind that is looked for`,
    why: `it has ${found.map(({ path }) => path).join(", ") || "none"}`,
    next: `see what is in it: npm pack --dry-run ${name}@${version}`,
  })
}

function unknownBun({ name, version }: PinnedPackage): Failure {
  return new Failure({
    what: `The Bun inside ${name}@${version} does not say its version`,
    why: "the words by which it names itself to a registry are not in it",
    next: "have the executable say it, in a network namespace: BUN_BE_BUN=1 unshare -rn ./opencode --version",
  })
}

function severalBuns(versions: string[]): Failure {
  return new Failure({
    what: "The targets were made with different versions of Bun",
    why: `they are ${versions.join(" and ")}, and a pin has one`,
    next: "pin fewer targets: npm run pin -- VERSION --target NAME",
  })
}

function nothingTaken(
  { product, version }: { product: string; version: string },
  missing: Missing[],
): Failure {
  return new Failure({
    what: `No target of ${product} ${version} can be pinned`,
    why: missing.map(({ target, why }) => `\n    ${target}: ${why}`).join(""),
    next: `see what the registry has: npm view ${product}-TARGET versions`,
  })
}
