import { expect } from "bun:test"
import { PATCH_SET } from "../../scripts/lib/patch-set.ts"
import type { Pin } from "../../scripts/pins/pin.ts"
import { pin } from "./stock.ts"

/** What a build's `--version` prints. @param policy its policy's name, as a regular expression; undefined when it decides nothing */
export function versionOf(policy?: string, { version }: Pick<Pin, "version"> = pin) {
  const plain = `${version}+offline.${PATCH_SET}`.replace(/[.+]/g, "\\$&")
  return expect.stringMatching(new RegExp(`^${plain}${policy === undefined ? "" : `\\.${policy}`}\n$`))
}
