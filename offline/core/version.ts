import { describeBaked } from "../baked.ts"
import { embedded } from "../embedded.ts"
import { print } from "../print.ts"
import { currentState } from "../switch.ts"
import type { Arguments } from "./arguments.ts"

/**
 * Answers `--version` and `-v` with upstream's own text and, if the build decided anything, what. A version that is not
 * known is left to upstream.
 */
export function answerVersion({ words }: Arguments): void {
  if (!asksForVersion(words)) return
  const decided = describeBaked(currentState().baked)
  print("out", `${embedded.version}${decided === undefined ? "" : ` (${decided})`}\n`)
  process.exit(0)
}

/** Whether it is answered here. */
export function asksForVersion([word]: readonly string[]): boolean {
  return (word === "--version" || word === "-v") && embedded.version !== undefined
}
