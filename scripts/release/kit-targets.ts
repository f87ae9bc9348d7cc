import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"

/** Whether a release has a kit for the target of a build: only for Linux on x64, where kits are installed and tried. */
export function hasKit({ target }: Pick<BuildRecord, "target">): boolean {
  const { os, arch } = findTarget(target)
  return os === "linux" && arch === "x64"
}
