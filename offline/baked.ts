import { readFileSync } from "node:fs"
import { embedded } from "./embedded.ts"
import { SettingError } from "./error.ts"
import { moduleNames } from "./modules.ts"
import type { Line } from "./policy.ts"

/** What the build decided for everyone who runs the executable: `npm run build -- --policy FILE`. */
export interface BakedPolicy {
  /** Whether offline is asked for, is on unless it is switched off explicitly, or is on whatever is said. */
  mode: (typeof MODES)[number]
  /** Entries of the allow-list. */
  allow: string[]
  /** Nothing but `allow` and loopback is ever allowed. */
  locked: boolean
}

export const MODES = ["opt-in", "default-on", "always"] as const

export const UNBAKED: BakedPolicy = { mode: "opt-in", allow: [], locked: false }

/**
 * The policy inside the executable; {@link UNBAKED} where none is and none had to be put in.
 * @param mustBeThere whether one was put in
 * @throws SettingError when it cannot be read or understood, or was put in and is not there: it may be one that says offline
 */
export function readBakedPolicy(
  file = moduleNames().policy,
  mustBeThere = embedded.policy === true,
): BakedPolicy {
  try {
    const { mode, allow, locked } = JSON.parse(readFileSync(file, "utf8")) as BakedPolicy
    if (
      MODES.includes(mode) &&
      typeof locked === "boolean" &&
      allow.every((item) => typeof item === "string")
    )
      return { mode, allow, locked }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && !mustBeThere) return UNBAKED
  }
  throw new SettingError("The policy inside this executable is damaged", "Install the executable again.")
}

/** What switched offline on, for people, when it was the build. */
export function builtInOrigin({ mode }: BakedPolicy): string {
  return `built in: ${mode}`
}

export function builtInLines({ allow }: BakedPolicy): Line[] {
  return allow.map((text) => ({ text, origin: "built in" }))
}

/** A few words for people, such as `always offline, locked`; undefined when the build decided nothing. */
export function describeBaked({ mode, allow, locked }: BakedPolicy): string | undefined {
  const words = [...(mode === "opt-in" ? [] : [WORDS[mode]]), ...(locked ? ["locked"] : [])]
  if (words.length === 0 && allow.length > 0) return "own policy"
  return words.length > 0 ? words.join(", ") : undefined
}

const WORDS = { "default-on": "offline by default", always: "always offline" }
