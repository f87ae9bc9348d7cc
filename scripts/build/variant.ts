import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { policyName } from "../../offline/baked.ts"
import { embedPolicy } from "../contents/policy.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** What an organisation gives a build: paths, and names of packages. */
export interface Given {
  policy?: string
  config?: string
  models?: string
  modelsExtend?: string
  with?: string[]
}

/**
 * Names what an organisation puts inside, so that no build of one takes the place of another's: the policy, and a hash of
 * the rest.
 * @returns undefined when it gives nothing
 * @throws Failure when the policy is none
 */
export async function variantOf({
  policy,
  with: packages = [],
  models,
  modelsExtend,
  config,
}: Given): Promise<string | undefined> {
  const files = Object.entries({ models, "models-extend": modelsExtend, config })
  const given = await Promise.all(
    files.flatMap(([option, file]) => (file ? [hashFile(file).then((sha256) => spell(option, sha256))] : [])),
  )
  const keys = policy === undefined ? undefined : (await embedPolicy(policy)).keys
  return nameVariant(keys && policyName(keys), [...given, ...packages])
}

/** The same of a build that is there, from its record; a policy that decides nothing has a name there, too. */
export function variantOfRecord(
  { policy, inputs, packages }: Pick<BuildRecord, "policy" | "inputs" | "packages">,
  plugin: string,
): string {
  const given = inputs.flatMap(({ name, sha256 }) => {
    const [, option] = /^--(?!policy )(\S+) /.exec(name) ?? []
    return option === undefined ? [] : [spell(option, sha256)]
  })
  const added = packages.filter((item) => item.package !== plugin)
  const own = [...given, ...added.map((item) => `${item.package}@${item.version}`)]
  return nameVariant((policy && policyName(policy)) ?? "opt-in", own)!
}

/** A file for one option is another thing than the same for another. */
function spell(option: string, sha256: string): string {
  return `--${option} ${sha256}`
}

function nameVariant(policy: string | undefined, own: string[]): string | undefined {
  const parts = [
    ...(policy ? [policy] : []),
    ...(own.length > 0 ? [`own-${hash(own.sort().join("\n"))}`] : []),
  ]
  return parts.length > 0 ? parts.join("-") : undefined
}

/** A file that cannot be read is told by the step that reads it. */
async function hashFile(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file).catch(() => ""))
    .digest("hex")
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8)
}
