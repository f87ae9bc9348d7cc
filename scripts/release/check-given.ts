import { readReport } from "../audit/read-report.ts"
import { requireBase } from "../makers/image-base.ts"
import type { ReleaseOptions } from "./options.ts"

/**
 * Sees to it that what is used after a build is there and can be read, ahead of the build.
 * @throws Failure that names the file, and what is wrong with it
 */
export async function checkGiven({
  audit,
  imageBase,
}: Pick<ReleaseOptions, "audit" | "imageBase">): Promise<void> {
  if (audit !== undefined) await readReport(audit)
  if (imageBase !== undefined) await requireBase(imageBase)
}
