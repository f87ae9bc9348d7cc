import { PROJECT_CODE_PATCH } from "../../offline/core/project-code.ts"
import { ignoresProjectCode } from "../../offline/rulings.ts"
import type { EmbeddedPolicy } from "../contents/policy.ts"
import { Failure } from "../lib/errors.ts"
import type { Code } from "./code.ts"

/**
 * Sees to it that what the policy promises can be kept: without the patch, an executable with such a policy starts nothing.
 * @throws Failure that names the key, and why the patch is not there
 */
export function requirePatches(policy: EmbeddedPolicy | undefined, { leftOut }: Pick<Code, "leftOut">): void {
  const missing = leftOut.find(({ name }) => name === PROJECT_CODE_PATCH)
  if (policy === undefined || missing === undefined || !ignoresProjectCode(policy.keys)) return
  const { locked, projectCode } = policy.keys
  throw new Failure({
    what: "The policy leaves out what a project's own files would run, and this executable could not",
    why: `${projectCode === undefined && locked ? "it is locked, which means" : "it has"} "projectCode": "ignore", and the patch ${missing.name} is left out: ${missing.why}`,
    next: 'write "projectCode": "allow" into the policy if a project may run its code, or build without --core-only',
  })
}
