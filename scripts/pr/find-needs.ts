import { Failure } from "../lib/errors.ts"
import type { NamedPatch, Tree } from "../patching/apply.ts"
import { applyToGitTree } from "../upstream/git/typescript-tree.ts"

/**
 * The patches that another needs, in their order: those that it declares, and of those before it as few as can be
 * without which it does not apply, found by trying. What is only for offline builds is never among them.
 * @throws Failure when it needs a patch that is only for offline builds, or does not apply at all
 */
export function findNeeds(tree: Tree, series: NamedPatch[], patch: NamedPatch): NamedPatch[] {
  const declared = declaredBy(series, patch)
  if (declared.some(isOfflineOnly)) throw needsOffline(patch)
  const tried = findByTrying(tree, series.slice(0, series.indexOf(patch)), patch)
  return series.filter((one) => declared.includes(one) || tried.includes(one))
}

function declaredBy(series: NamedPatch[], { needs = [] }: NamedPatch): NamedPatch[] {
  const direct = series.filter(({ name }) => needs.includes(name))
  return direct.flatMap((one) => [one, ...declaredBy(series, one)])
}

function findByTrying(tree: Tree, earlier: NamedPatch[], patch: NamedPatch): NamedPatch[] {
  if (!refusalOf(tree, [patch])) return []
  const usable = applying(
    tree,
    earlier.filter((one) => !isOfflineOnly(one)),
  )
  const refusal = refusalOf(tree, [...usable, patch])
  if (refusal) throw refusalOf(tree, [...applying(tree, earlier), patch]) ? refusal : needsOffline(patch)
  return usable.reduceRight((needed, candidate) => {
    const without = needed.filter((other) => other !== candidate)
    return refusalOf(tree, [...without, patch]) ? needed : without
  }, usable)
}

function isOfflineOnly({ kind }: NamedPatch): boolean {
  return kind === "offline-only"
}

/** @throws Failure when there is no such patch, or it is only for offline builds */
export function findPatch(series: NamedPatch[], name: string): NamedPatch {
  const patch = series.find((one) => one.name === name)
  if (!patch) throw noSuchPatch(series, name)
  if (isOfflineOnly(patch) || patch.edits.length === 0) throw notForUpstream(patch)
  return patch
}

/** Of these patches those that apply, each behind the ones before it that do. */
function applying(tree: Tree, patches: NamedPatch[]): NamedPatch[] {
  const kept: NamedPatch[] = []
  for (const patch of patches) if (!refusalOf(tree, [...kept, patch])) kept.push(patch)
  return kept
}

function refusalOf(tree: Tree, patches: NamedPatch[]): Failure | undefined {
  try {
    return applyToGitTree(tree, patches).refused[0]?.why
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function noSuchPatch(series: NamedPatch[], name: string): Failure {
  const known = series.filter((one) => !isOfflineOnly(one) && one.edits.length > 0).map((patch) => patch.name)
  return new Failure({
    what: `There is no patch named ${JSON.stringify(name)}`,
    why: `those that may go upstream are ${known.join(", ")}`,
    next: `npm run pr -- ${known[0]}`,
  })
}

function notForUpstream({ name, kind, edits }: NamedPatch): Failure {
  return new Failure({
    what: `The patch ${name} is not for upstream`,
    why:
      edits.length === 0
        ? "it changes no TypeScript, only what is made of it"
        : `its kind is ${kind}: it makes no sense without the rest of this project`,
    next: `if that has changed, change patches/${name}.ts`,
  })
}

function needsOffline({ name }: NamedPatch): Failure {
  return new Failure({
    what: `The patch ${name} cannot do without what is not for upstream`,
    why: "it needs a patch whose kind is offline-only",
    next: `make patches/${name}.ts independent of it, or change the other's kind`,
  })
}
