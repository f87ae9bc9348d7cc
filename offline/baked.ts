import { readFileSync } from "node:fs"
import { type Embedded, embedded } from "./embedded.ts"
import { SettingError } from "./error.ts"
import { builtin } from "./guard/builtin.ts"
import { moduleNames } from "./modules.ts"
import { type PolicyKeys, readPolicyKeys } from "./policy/keys.ts"

/** What the build decided for everyone who runs the executable: `npm run build -- --policy FILE`. */
export type BakedPolicy = PolicyKeys & Required<Pick<PolicyKeys, (typeof REQUIRED)[number]>>

/** What is decided for everyone is said in full. */
export const REQUIRED = ["mode", "allow", "locked"] as const

export const UNBAKED: BakedPolicy = { mode: "opt-in", allow: [], locked: false }

/**
 * The policy inside the executable; {@link UNBAKED} where none is and none had to be put in.
 * @param mustBeThere whether one was put in
 * @throws SettingError when it cannot be read or understood, or was put in and is not there: it may be one that says offline
 */
export function readBakedPolicy(
  file = moduleNames().policy,
  mustBeThere = isInside(embedded.policy),
): BakedPolicy {
  try {
    return completePolicy(JSON.parse(readFileSync(file, "utf8")), file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && !mustBeThere) return UNBAKED
  }
  throw new SettingError("The policy inside this executable is damaged", "Install the executable again.")
}

/** By its end alone: the build must find the whole mark in one place. */
export function isInside(said: Embedded["policy"]): boolean {
  return said === true || said?.endsWith("inside!") === true
}

/**
 * A policy as a build is given it.
 * @param where the file, for people
 * @throws SettingError for a key that is missing, unknown or malformed
 */
export function completePolicy(value: unknown, where: string): BakedPolicy {
  const keys = readPolicyKeys(value, where, "administrator")
  const missing = REQUIRED.find((name) => keys[name] === undefined)
  if (missing !== undefined)
    throw new SettingError(
      `${where} has no key "${missing}"`,
      `Write all of ${REQUIRED.join(", ")}: what is decided for everyone is said in full.`,
    )
  return keys as BakedPolicy
}

/** A few words for people, such as `always offline, locked`; undefined when the build decided nothing. */
export function describeBaked({ mode, locked, ...more }: BakedPolicy): string | undefined {
  const words = [...(mode === "opt-in" ? [] : [WORDS[mode]]), ...(locked ? ["locked"] : [])]
  const { allow, ...others } = more
  if (words.length === 0 && (allow.length > 0 || Object.keys(others).length > 0)) return "own policy"
  return words.length > 0 ? words.join(", ") : undefined
}

/**
 * Names a policy, for a version and a folder: its mode, whether it is locked and, where it says more, by a hash of that.
 * @returns letters, digits and dashes; undefined when the build decided nothing
 */
export function policyName({ mode, locked, allow, ...more }: BakedPolicy): string | undefined {
  const others = Object.entries({ allow, ...more }).sort(([a], [b]) => (a < b ? -1 : 1))
  const says = allow.length > 0 || others.length > 1
  if (mode === "opt-in" && !locked && !says) return undefined
  return [mode, ...(locked ? ["locked"] : []), ...(says ? [digestOf(others)] : [])].join("-")
}

function digestOf(value: unknown): string {
  const { createHash } = builtin<typeof import("node:crypto")>("node:crypto")
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8)
}

const WORDS = { "default-on": "offline by default", always: "always offline" }
