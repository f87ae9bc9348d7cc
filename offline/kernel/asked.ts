import type { BakedPolicy } from "../baked.ts"
import type { ConfigSettings } from "../config-settings.ts"
import { type KernelSettings, tightened, widened } from "./settings.ts"

/** The value of the switch that asks for it. */
export const KERNEL = "kernel"

/** Where it can be asked for, and what is said there. */
export interface Asking {
  /** Values of the switch: on the command line and in the environment. */
  values: readonly string[]
  baked: BakedPolicy
  settings: readonly ConfigSettings[]
  /** Those of them that decide for everyone. */
  ruling: readonly ConfigSettings[]
}

/**
 * How the kernel is to hold every program. Anyone may ask for that. Who may not allow a host, as a project's own file, cannot
 * widen what the kernel lets through either; and when the policy is locked, only who locked it can.
 * @returns undefined when nobody asks for it
 */
export function askedOfKernel({ values, baked, settings, ruling }: Asking): KernelSettings | undefined {
  const asked =
    values.some((value) => value.trim().toLowerCase() === KERNEL) ||
    [baked, ...settings.map(({ keys }) => keys)].some(({ enforce }) => enforce === KERNEL)
  if (!asked) return undefined
  const managed = ruling.map(({ keys }) => keys)
  const managedLocks = managed.some(({ locked }) => locked)
  if (baked.locked) {
    const built = widened([baked])
    return managedLocks ? tightened(built, widened(managed)) : built
  }
  if (managedLocks) return widened([baked, ...managed])
  const trusted = settings.filter(({ source }) => source.trust !== "project")
  return widened([baked, ...trusted.map(({ keys }) => keys)])
}
