import { Failure } from "../lib/errors.ts"
import type { NamedPullRequest, Step, Vintage } from "./pull-request.ts"

/** Gives the text of a file by its path in the repository; undefined when it is not there. */
export type ReadText = (file: string) => Promise<string | undefined>

const FLAGS = "src/flag/flag.ts"

/**
 * How the code of a checkout is written, by where its flags stand and how.
 * @throws Failure when it is neither of the two of upstream's
 */
export async function readVintage(read: ReadText, { repository }: NamedPullRequest): Promise<Vintage> {
  if (repository) return "other"
  if (/^export const Flag = \{$/m.test((await read(`packages/core/${FLAGS}`)) ?? "")) return "effect"
  const flags = await read(`packages/opencode/${FLAGS}`)
  if (flags !== undefined && /^export namespace Flag \{$/m.test(flags)) return "namespaces"
  throw new Failure({
    what: "This code of upstream's is of no known vintage",
    why: "its flags are neither an object in packages/core nor a namespace in packages/opencode",
    next: "name another base (--base), or teach scripts/pr/vintage.ts and pull-requests/ the new one",
  })
}

/** @throws Failure when it has no form for that vintage */
export function formOf({ name, forms, absent }: NamedPullRequest, vintage: Vintage): Step[] {
  const steps = forms[vintage]
  if (steps) return steps
  throw new Failure({
    what: `The pull request ${name} makes no sense on this base`,
    why: absent?.[vintage] ?? `it has no form for the vintage ${vintage}`,
    next: `name a base of another vintage (it has ${Object.keys(forms).join(" and ")}), or another pull request`,
  })
}
