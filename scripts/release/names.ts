import { OUTPUTS } from "../emit/outputs.ts"
import { SIGNED } from "../emit/sign.ts"
import { kitName } from "../kit/contents.ts"
import { formOf } from "../kit/write-archive.ts"
import { MAKERS } from "../makers/makers.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** What a release's folder is called: VERSION-PATCHSET-TARGET-POLICY, as the kit is, without the name of this project. */
export function releaseName(record: BuildRecord): string {
  return kitName(record).replace(/^opencode-offline-/, "")
}

/** The archive for the air gap. */
export function archiveName(record: BuildRecord): string {
  return `${kitName(record)}.${formOf(record.target)}`
}

/** Every file that a release has, sorted: no more, and no less. */
export function promisedFiles(
  record: BuildRecord,
  { signed, kit }: { signed: boolean; kit: boolean },
): string[] {
  const printed = OUTPUTS.flatMap(({ files }) => files)
  const made = MAKERS.filter((maker) => maker.fits(record, kit)).map((maker) => maker.file(record))
  const archives = [...(kit ? [archiveName(record)] : []), ...made]
  const signatures = [...SIGNED, ...archives].map((name) => `${name}.sig`)
  return [
    ...[record.executable.file, "build.json", "materials.json", "unchanged-modules.txt", "SHA256SUMS"],
    ...record.patches.map(({ name }) => `patches/${name}.diff`),
    ...printed,
    ...archives,
    ...(signed ? [...signatures, "provenance.dsse.json"] : []),
  ].sort()
}
