import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { type LockedTree, lockedTree, rootOf } from "../lib/npm/locked.ts"
import { PINS } from "./pin.ts"

/** The packages that `npm run build -- --with` can put inside. docs/plugins.md says how one gets there. */
export const EXTRA = join(PINS, "extra.json")

/** By `name@version`. */
export type Extra = Record<string, LockedTree>

const extra = z.record(z.string(), lockedTree).superRefine((trees, context) => {
  for (const [key, tree] of Object.entries(trees)) {
    const root = rootOf(tree)
    if (`${root.name}@${root.version}` === key) continue
    context.addIssue({
      code: "custom",
      path: [key],
      message: `must be of ${key}, but is of ${root.name}@${root.version}`,
    })
  }
})

/** @throws Failure that names the field that is missing, unknown or malformed */
export async function readExtra(): Promise<Extra> {
  try {
    return extra.parse(JSON.parse(await readFile(EXTRA, "utf8")))
  } catch (error) {
    throw new Failure({
      what: `${EXTRA} cannot be used`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: `take it back: git checkout -- ${EXTRA}`,
    })
  }
}

/**
 * The packages that were asked for, in that order.
 * @param specs `name@version`, each a key of the file
 * @throws Failure when one is not in the file, or two are versions of one package
 */
export async function selectExtra(specs: string[]): Promise<LockedTree[]> {
  if (specs.length === 0) return []
  const known = await readExtra()
  const names = new Map<string, string>()
  return specs.map((spec) => {
    const tree = known[spec]
    if (!tree) throw notPinned(spec, Object.keys(known))
    const { name } = rootOf(tree)
    const other = names.get(name)
    if (other) throw twice(other, spec)
    names.set(name, spec)
    return tree
  })
}

function notPinned(spec: string, known: string[]): Failure {
  return new Failure({
    what: `${spec} cannot be put inside, as its hash is not known`,
    why: `pins/extra.json has ${known.join(", ") || "no package"}`,
    next: `npm run pin-extra -- ${spec}`,
  })
}

function twice(first: string, second: string): Failure {
  return new Failure({
    what: `${second} cannot be put inside beside ${first}`,
    why: "configuration could not say which of the two is meant",
    next: `leave one out: npm run build -- --with ${second}`,
  })
}
