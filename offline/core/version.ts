import { type BakedPolicy, policyName } from "../baked.ts"
import { embedded } from "../embedded.ts"
import { print } from "../print.ts"
import { currentState } from "../switch.ts"
import type { Arguments } from "./arguments.ts"

/** Answers `--version` and `-v`. A version that is not known is left to upstream. */
export function answerVersion({ words }: Arguments): void {
  if (!asksForVersion(words)) return
  print("out", `${ownVersion(currentState().baked)}\n`)
  process.exit(0)
}

/**
 * Upstream's version and, as what semver calls build metadata, that this is another executable, of which version of this
 * project, and with which policy: `1.2.3+offline.0.1.0.always-locked`. To who compares versions it is upstream's.
 */
export function ownVersion(baked: BakedPolicy, { version, patchSet } = embedded): string {
  const policy = policyName(baked)
  const ours = ["offline", ...(patchSet ? [patchSet] : []), ...(policy ? [policy] : [])]
  return `${version}+${ours.join(".")}`
}

/** Whether it is answered here. */
export function asksForVersion([word]: readonly string[]): boolean {
  return (word === "--version" || word === "-v") && embedded.version !== undefined
}
