import { howBuilt, PROJECT, projectVersion } from "../kit/contents.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"

/** What a package is called, in any system. */
export const PACKAGE = PROJECT

/** A package that has an `opencode`, too. */
export const CONFLICTS = "opencode"

export const SUMMARY = "OpenCode with an offline switch, a policy and a guard"

export const DESCRIPTION = [
  "The OpenCode executable, with language servers and formatters. Offline, it",
  "makes no connection that its policy does not allow.",
  "Nothing of it may be stripped: what is left of the executable then is a",
  "plain Bun, without OpenCode.",
]

/**
 * The version: upstream's, with that of this project; and, as the release of it, how it was built and with which policy. No
 * hyphens: they stand between the two.
 */
export function versionOf(record: BuildRecord): { version: string; release: string } {
  const upstream = record.opencode.replaceAll("-", "~")
  return {
    version: `${upstream}+offline.${projectVersion(record)}`,
    release: howBuilt(record)
      .join(".")
      .replace(/[^\w.+~]/g, "."),
  }
}

/** Whether the packages of distributions are made of it: they are for glibc. */
export function hasPackages({ target }: BuildRecord, kit: boolean): boolean {
  const { os, libc } = findTarget(target)
  return kit && os === "linux" && libc === "glibc"
}

/** How systems of packages and images call the processors. */
export const ARCHITECTURES = {
  x64: { deb: "amd64", rpm: "x86_64", oci: "amd64" },
  arm64: { deb: "arm64", rpm: "aarch64", oci: "arm64" },
}

export function architectureOf({ target }: BuildRecord): (typeof ARCHITECTURES)["x64"] {
  return ARCHITECTURES[findTarget(target).arch]
}
