import type { Materials } from "../materials/material.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Measured } from "./measured.ts"

/** What outputs are printed from: nothing else, so that a release can be printed again from its own folder. */
export interface Subject {
  /** `executable`, or the kit that it is in. */
  kind: "executable" | "kit"
  record: BuildRecord
  materials: Materials
  /** What each patch changed, by the patch's name. */
  diffs: Record<string, string>
  /** The files of the kit that are in no package of npm's, with their sha256; none of an executable's. */
  files: { path: string; sha256: string }[]
  /** What an audit measured of the executable; undefined when nobody gave a report of one. */
  measured?: Measured
  /** The sha256 of the public key (DER) whose private one signs; undefined when nothing is signed. */
  signedBy?: string
}

/** One kind of file for somebody. */
export interface Output {
  /** What `--emit` calls it. */
  name: string
  /** For whom it is, in a few words. */
  about: string
  /** The files that it promises. */
  files: readonly string[]
  /**
   * Prints it; the same for the same subject, always.
   * @returns texts by file name
   * @throws Failure when the materials are not what it needs
   */
  print(subject: Subject): Record<string, string> | Promise<Record<string, string>>
}

/** JSON as all outputs write it. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
