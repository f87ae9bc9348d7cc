import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"

/** Whether there is a kit for the target of a build: its lockfile is for Linux on x64. */
export function hasKit({ target }: Pick<BuildRecord, "target">): boolean {
  const { os, arch } = findTarget(target)
  return os === "linux" && arch === "x64"
}
