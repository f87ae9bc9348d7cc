import semver from "semver"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import type { LockedTree } from "../lib/npm/locked.ts"
import { resolveTree } from "../lib/npm/resolve-tree.ts"
import { listVersions } from "../lib/npm/unpinned.ts"
import { PRODUCT } from "./pin.ts"

/** What the tools and plugins of configuration folders import: the package itself first. */
const PROVIDES = ["@opencode-ai/plugin", "@opencode-ai/sdk", "zod"]

/**
 * The plugin package of a release, or the newest before it that the registry has: what it gives changes slowly.
 * @returns undefined for another product, and when the registry has none
 */
export async function pinPlugin(
  { product, version }: { product: string; version: string },
  { cache, step }: { cache: string; step: Step },
): Promise<LockedTree | undefined> {
  if (product !== PRODUCT) return undefined
  const known = await listVersions(PROVIDES[0]!, { cache }).catch((error) => {
    if (error instanceof Failure) return []
    throw error
  })
  const found = known.find((candidate) => semver.lte(candidate, version))
  step.result(found ? `${PROVIDES[0]}@${found}` : `the registry has no ${PROVIDES[0]} up to ${version}`)
  return found === undefined
    ? undefined
    : resolveTree(PROVIDES[0]!, found, { provides: PROVIDES, withPeers: false })
}
