import { join } from "node:path"
import { readBuildRecord } from "../record/build-record.ts"
import { filesBelow } from "./files-below.ts"
import type { ReleaseOptions } from "./options.ts"
import { withoutWhat } from "./without.ts"

/** One release, as `npm run release -- --json` tells a pipeline. */
export interface Made {
  target: string
  /** Absolute. */
  folder: string
  executable: { file: string; sha256: string }
  /** All that the folder holds, sorted. */
  files: string[]
  /** What it does not have that another release may have, a phrase each. */
  without: string[]
}

/**
 * Says what a release is, once it stands.
 * @param folder absolute
 * @throws Failure when it has no record of its build
 */
export async function describeMade(
  folder: string,
  options: Pick<ReleaseOptions, "key" | "kit" | "imageBase">,
): Promise<Made> {
  const record = await readBuildRecord(join(folder, "build.json"))
  const { file, sha256 } = record.executable
  return {
    target: record.target,
    folder,
    executable: { file, sha256 },
    files: await filesBelow(folder),
    without: withoutWhat(record, options),
  }
}
