import { createHash } from "node:crypto"
import { OUTPUTS } from "../emit/outputs.ts"
import { SIGNED } from "../emit/sign.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { hasKit } from "./kit-targets.ts"

/** What a release's folder is called: VERSION-PATCHSET-TARGET, and the policy that is built in, if there is one. */
export function releaseName(record: BuildRecord): string {
  const { opencode, target, policy } = record
  const built = policy ? `-${policy.mode}-${shortHash(JSON.stringify(policy))}` : ""
  return `${opencode}-${patchset(record)}-${target}${built}`
}

/** Names what of this project goes into the executable: the patches and our modules. */
function patchset({ inputs }: BuildRecord): string {
  const own = inputs.filter(({ name }) => /^(patches|offline)\//.test(name))
  return shortHash(own.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""))
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8)
}

/** The archive for the air gap. */
export function kitName({ opencode, target }: BuildRecord): string {
  return `opencode-${opencode}-${target}-kit.tar.gz`
}

/** Every file that a release has, sorted: no more, and no less. */
export function promisedFiles(
  record: BuildRecord,
  { signed, kit }: { signed: boolean; kit: boolean },
): string[] {
  const printed = OUTPUTS.flatMap(({ files }) => files)
  const archive = kit && hasKit(record) ? [kitName(record)] : []
  const signatures = [...SIGNED, ...archive].map((name) => `${name}.sig`)
  return [
    ...[record.executable.file, "build.json", "materials.json", "unchanged-modules.txt", "SHA256SUMS"],
    ...record.patches.map(({ name }) => `patches/${name}.diff`),
    ...printed,
    ...archive,
    ...(signed ? [...signatures, "provenance.dsse.json"] : []),
  ].sort()
}
