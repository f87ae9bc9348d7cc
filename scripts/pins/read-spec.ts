import { Failure } from "../lib/errors.ts"
import { packageName, version } from "../lib/npm/locked.ts"
import { targetOf } from "../upstream/target.ts"
import { PRODUCT } from "./pin.ts"

/**
 * Reads how a release is named: a version of OpenCode's first product, or a package of another one with its version. A
 * package may be that of one target, `NAME-TARGET@VERSION`: then its product is meant.
 * @throws Failure when it is neither
 */
export function readSpec(spec: string): { product: string; version: string } {
  if (version.safeParse(spec).success) return { product: PRODUCT, version: spec }
  const at = spec.lastIndexOf("@")
  const [name, wanted] = [spec.slice(0, at), spec.slice(at + 1)]
  if (at <= 0 || !packageName.safeParse(name).success || !version.safeParse(wanted).success)
    throw new Failure({
      what: `${spec} does not name one release`,
      why: "a pin is of exact contents, which a tag or a range is not",
      next: "npm run pin -- VERSION, or npm run pin -- PACKAGE@VERSION",
    })
  const target = targetOf(name)
  const product = target ? name.slice(0, -`-${target.name}`.length) : name
  return { product, version: wanted }
}
