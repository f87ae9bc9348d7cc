import { type ModuleGraph, readBunVersion, readModuleGraph, reconstruct } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { lookUp, readPackageFile } from "../lib/npm/unpinned.ts"
import type { Pin, PinnedPackage } from "./pin.ts"

interface Options {
  cache: string
  step: Step
}

/** A package as a pin names it, and the file that it is for. */
interface Taken {
  pinned: PinnedPackage
  contents: Buffer
}

/**
 * Takes upstream's executable of each target from the registry, and the Bun package that it was made from.
 * @throws Failure when a package is not there, an executable's layout or Bun is not known, or no Bun package is the same
 */
export async function pinTargets(
  version: string,
  names: string[],
  options: Options,
): Promise<Pick<Pin, "bun" | "targets">> {
  const targets: Pin["targets"] = {}
  const versions = new Set<string>()
  for (const name of names) {
    const opencode = await take(`opencode-${name}`, version, "bin/opencode", options)
    const graph = readModuleGraph(opencode.contents)
    const bunVersion = readBunVersion(graph.runtime)
    if (!bunVersion) throw unknownBun(name, version)
    versions.add(bunVersion)
    const bun = await findBun(graph, name, bunVersion, options)
    targets[name] = { opencode: opencode.pinned, bun }
  }
  const [bun, other] = versions
  if (other) throw severalBuns([...versions])
  options.step.result(`${names.length} targets, Bun ${bun}`)
  return { bun: { version: bun! }, targets }
}

/** By making the executable again, not by its name: upstream's executable without `baseline` in its name has the Bun that has it. */
async function findBun(
  graph: ModuleGraph,
  target: string,
  version: string,
  options: Options,
): Promise<PinnedPackage> {
  const system = `@oven/bun-${target.replace("-baseline", "")}`
  const candidates = [`${system}-baseline`, system]
  const differences: string[] = []
  for (const name of candidates) {
    const bun = await take(name, version, "bin/bun", options)
    const { equal, firstDifference } = await reconstruct(graph, bun.contents)
    if (equal) return bun.pinned
    differences.push(`made from ${name} it differs at byte ${firstDifference}`)
  }
  throw new Failure({
    what: `The runtime of opencode-${target} is none of npm's`,
    why: `it says that it is Bun ${version}; ${differences.join(", ")}`,
    next: "do not pin it before a person knows why: cmp -l bun opencode, as docs/pins.md says",
  })
}

async function take(name: string, version: string, path: string, { cache, step }: Options): Promise<Taken> {
  const options = { cache, onProgress: step.update }
  const wanted = await lookUp(name, version, options)
  const { contents, bytes, sha512 } = await readPackageFile(wanted, path, options)
  return { pinned: { ...wanted, executable: { path, bytes, sha512 } }, contents }
}

function unknownBun(target: string, version: string): Failure {
  return new Failure({
    what: `The Bun inside opencode-${target}@${version} does not say its version`,
    why: "the words by which it names itself to a registry are not in it",
    next: "have the executable say it, in a network namespace: BUN_BE_BUN=1 unshare -rn ./opencode --version",
  })
}

function severalBuns(versions: string[]): Failure {
  return new Failure({
    what: "The targets were made with different versions of Bun",
    why: `they are ${versions.join(" and ")}, and a pin has one`,
    next: "pin fewer targets: npm run pin -- VERSION --target linux-x64",
  })
}
