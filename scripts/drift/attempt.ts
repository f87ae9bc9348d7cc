import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { withTemporaryFolder } from "../lib/npm/cache.ts"
import type { AcquireOptions } from "../lib/npm/fetch-file.ts"
import { lookUp } from "../lib/npm/unpinned.ts"
import type { NamedPatch } from "../patching/apply.ts"
import { inForm } from "../patching/patch.ts"
import { findKnown, type KnownHosts } from "../pins/hosts-in-code.ts"
import { readEntries } from "../upstream/git/commit-series.ts"
import { checkOut, mirrorCommit } from "../upstream/git/mirror.ts"
import { readForm } from "../upstream/git/read-form.ts"
import { applyToGitTree, PACKAGE as PACKAGE_FOLDER, readGitTree } from "../upstream/git/typescript-tree.ts"
import { readHosts } from "../upstream/hosts-in-code.ts"
import { readCode } from "../upstream/read-code.ts"
import { shapeOf } from "../upstream/shape.ts"
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
  /** The hash of a release's package. */
  integrity?: string
  /** The Bun inside a release; missing when it cannot be told. */
  bun?: string
  /** How the code stands there: `readable bundles`. */
  shape?: string
  /** Why no patch could be tried. */
  unreadable?: string
  /** In the order of the series; empty when it is unreadable. */
  verdicts: Verdict[]
  /** Hosts in a release's code of which nobody has said what they are. */
  newHosts: string[]
}

/**
 * Tries the series on a release, and looks for hosts in its code.
 * @param options `keep` is a folder for its code, to be read
 * @throws Failure when the release cannot be had
 */
export async function tryRelease(
  release: Release,
  series: NamedPatch[],
  { cache, keep, known, step }: { cache: string; keep?: string; known: KnownHosts; step: Step },
): Promise<Attempt> {
  const options = { cache, onProgress: step.update }
  const { version } = release
  const { integrity, by } = release.hash ?? {
    ...(await lookUp(release.package, version, options)),
    by: "the registry",
  }
  const attempt: Attempt = { upstream: version, source: "release", by, integrity, verdicts: [], newHosts: [] }
  const code = await readCode({ name: release.package, version, integrity }, options)
  if ("unreadable" in code) return { ...attempt, unreadable: code.unreadable }
  attempt.bun = code.bun
  return readable(attempt, async () => {
    const hosts = await readHosts(code, integrity, cache)
    attempt.newHosts = hosts.filter((host) => findKnown(host, known) === undefined)
    const shape = shapeOf(code) ?? noShape()
    attempt.shape = shape.name
    const trees = shape.readTrees(code)
    if (keep) await keepCode(trees, join(keep, version))
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
  const by = "its own hash"
  const attempt: Attempt = { upstream: origin.commit, source: "git", by, verdicts: [], newHosts: [] }
  return withTemporaryFolder(cache, async (folder) => {
    await checkOut(mirror, origin.commit, folder)
    return readable(attempt, async () => {
      await readEntries(folder)
      const form = await readForm(folder)
      const inIts = series.map((patch) => inForm(patch, form))
      const tree = await readGitTree(folder, inIts, options)
      return trySeries(series, { version: await readVersion(folder), form }, (chosen) => {
        const { changes, refused } = applyToGitTree(tree, chosen)
        return { applied: changes.map(({ applied }) => applied), refused }
      })
    })
  })
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
