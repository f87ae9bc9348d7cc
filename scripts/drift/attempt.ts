import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { readBunVersion, readModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { withTemporaryFolder } from "../lib/npm/cache.ts"
import type { AcquireOptions } from "../lib/npm/fetch-file.ts"
import { lookUp, readPackageFile } from "../lib/npm/unpinned.ts"
import type { NamedPatch } from "../patching/apply.ts"
import { listPins, PRODUCT, readPin } from "../pins/pin.ts"
import { readEntries } from "../upstream/git/commit-series.ts"
import { checkOut, mirrorCommit } from "../upstream/git/mirror.ts"
import { applyToGitTree, PACKAGE as PACKAGE_FOLDER, readGitTree } from "../upstream/git/typescript-tree.ts"
import { shapeOf } from "../upstream/shape.ts"
import { hostTarget, packageFor } from "../upstream/target.ts"
import { keepCode } from "./keep-code.ts"
import type { Release } from "./plan.ts"
import { trySeries, type Verdict } from "./try-series.ts"

/** The series on one upstream. */
export interface Attempt {
  /** A version, or a full commit. */
  upstream: string
  source: "release" | "git"
  /** By whose hash it was taken. */
  by: string
  /** The Bun inside a release; missing when it cannot be told. */
  bun?: string
  /** Why no patch could be tried. */
  unreadable?: string
  /** In the order of the series; empty when it is unreadable. */
  verdicts: Verdict[]
}

/** The target whose executable is looked at. */
const TARGET = hostTarget()
/** The npm package of that target. */
export const PACKAGE = packageFor(PRODUCT, TARGET)
const EXECUTABLE = "bin/opencode"

/**
 * Tries the series on a release: by its pin where there is one, else by the hash that is given, else by the one that
 * the registry says it has.
 * @param options `keep` is a folder for its code, to be read
 * @throws Failure when the release cannot be had
 */
export async function tryRelease(
  release: Release,
  series: NamedPatch[],
  { cache, keep, step }: { cache: string; keep?: string; step: Step },
): Promise<Attempt> {
  const { file, by } = await readRelease(release, { cache, onProgress: step.update })
  const attempt: Attempt = { upstream: release.version, source: "release", by, verdicts: [] }
  return readable(attempt, async () => {
    const graph = readModuleGraph(file)
    attempt.bun = readBunVersion(graph.runtime)
    const shape = shapeOf(graph) ?? noShape()
    const trees = shape.readTrees(graph)
    if (keep) await keepCode(trees, join(keep, release.version))
    const { version } = release
    return trySeries(series, { version, form: shape.form }, (chosen) =>
      shape.applySeries(trees, chosen, version),
    )
  })
}

/**
 * Tries the series on a commit, checked out from the mirror in the cache into a folder that goes again.
 * @throws Failure when the origin cannot be reached or has not the commit
 */
export async function tryCommit(
  origin: { url: string; commit: string },
  series: NamedPatch[],
  options: AcquireOptions,
): Promise<Attempt> {
  const { cache } = options
  const mirror = await mirrorCommit(origin, cache)
  const attempt: Attempt = { upstream: origin.commit, source: "git", by: "its own hash", verdicts: [] }
  return withTemporaryFolder(cache, async (folder) => {
    await checkOut(mirror, origin.commit, folder)
    return readable(attempt, async () => {
      await readEntries(folder)
      const tree = await readGitTree(folder, series, options)
      return trySeries(series, { version: await readVersion(folder), form: "source" }, (chosen) => {
        const { changes, refused } = applyToGitTree(tree, chosen)
        return { applied: changes.map(({ applied }) => applied), refused }
      })
    })
  })
}

async function readRelease(
  { version, integrity }: Release,
  options: { cache: string; onProgress(text: string): void },
) {
  if ((await listPins()).includes(version)) {
    const pinned = (await readPin(version)).targets[TARGET.name]
    if (pinned) return { file: await readFile(await acquireFile(pinned.opencode, options)), by: "its pin" }
  }
  const wanted = integrity ? { name: PACKAGE, version, integrity } : await lookUp(PACKAGE, version, options)
  const { contents } = await readPackageFile(wanted, EXECUTABLE, options)
  return { file: contents, by: integrity ? "drift.json's hash" : "the registry's hash" }
}

function noShape(): never {
  throw new Failure({
    what: "No patch can be tried",
    why: "the code is in a form that is not known",
    next: "build it with --core-only",
  })
}

/** Of a checkout, which patches state for what releases they are. */
async function readVersion(root: string): Promise<string> {
  const path = join(PACKAGE_FOLDER, "package.json")
  const text = await readFile(join(root, path), "utf8").catch(() => "{}")
  const { version } = JSON.parse(text) as { version?: string }
  if (version !== undefined) return version
  throw new Failure({
    what: "No patch can be tried",
    why: `${path} names no version, and patches state for which they are`,
    next: "see where upstream's package lies in that commit",
  })
}

/** A layout that is not known is what drift looks for, not a reason to stop. */
async function readable(attempt: Attempt, verdicts: () => Promise<Verdict[]>): Promise<Attempt> {
  try {
    attempt.verdicts = await verdicts()
    return attempt
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...attempt, unreadable: `${error.report.what}: ${error.report.why}` }
  }
}
