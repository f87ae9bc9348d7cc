import { MAKERS } from "../makers/makers.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"
import type { ReleaseOptions } from "./options.ts"

/** What a release does not have that another one may have, a phrase each, for whoever started the command. */
export function withoutWhat(
  record: BuildRecord,
  { key, kit, imageBase }: Pick<ReleaseOptions, "key" | "kit" | "imageBase">,
): string[] {
  const unmade = MAKERS.filter((maker) => !maker.fits(record, kit)).map(({ name }) => name)
  return [
    ...(key ? [] : ["not signed (--key FILE)"]),
    ...(kit ? [] : ["no archive (--no-kit)"]),
    ...(unmade.length > 0 ? [`no ${unmade.join(", no ")} (docs/release.md says who gets which)`] : []),
    ...(imageBase || findTarget(record.target).os !== "linux"
      ? []
      : ["the image has no C library, and does not run by itself (--image-base PATH)"]),
  ]
}
