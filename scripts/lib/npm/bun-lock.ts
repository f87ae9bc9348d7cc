import { type ParseError, parse } from "jsonc-parser"
import { Failure } from "../errors.ts"
import type { NamedPackage } from "./pinned.ts"

/** The name of Bun's lockfile, as it lies beside the package.json that it is for. */
export const BUN_LOCK = "bun.lock"

/** A package that a lockfile takes from a registry. */
export interface BunLocked extends NamedPackage {
  /** Where it stands in the lockfile's `packages`; one version may stand in several places. */
  keys: string[]
}

/**
 * The packages of a registry that a bun.lock resolves, by NAME@VERSION.
 * @param text JSON with trailing commas, whose `packages` are tuples: what was resolved first, the hash last
 * @throws Failure when it does not parse
 */
export function readBunLock(text: string): Map<string, BunLocked> {
  const errors: ParseError[] = []
  const { packages = {} } = parse(text, errors, { allowTrailingComma: true }) ?? {}
  if (errors.length > 0) throw unreadable(errors[0]!)
  const found = new Map<string, BunLocked>()
  for (const [key, tuple] of Object.entries<unknown[]>(packages)) {
    const [spec, integrity] = [String(tuple[0]), String(tuple.at(-1))]
    const [, name, version] = /^(.+)@(\d[^@]*)$/.exec(spec) ?? []
    if (!name || !version || !integrity.startsWith("sha512-")) continue
    const locked = found.get(spec) ?? { name, version, integrity, keys: [] }
    locked.keys.push(key)
    found.set(spec, locked)
  }
  return found
}

function unreadable({ offset }: ParseError): Failure {
  return new Failure({
    what: `${BUN_LOCK} of the git tree cannot be read`,
    why: `it is missing, or does not parse at character ${offset}`,
    next: "compare it with scripts/contents/packages/bun-lock.ts",
  })
}
