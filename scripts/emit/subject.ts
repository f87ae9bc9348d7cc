import { createHash } from "node:crypto"
import { genericUrl } from "../materials/material.ts"
import type { Subject } from "./output.ts"

/** The package URL of what is handed over. */
export function subjectUrl({ kind, record }: Subject): string {
  const name = kind === "kit" ? "opencode-offline-kit" : "opencode-offline-executable"
  return `${genericUrl(name, record.opencode)}?arch=${record.target}`
}

/** What all that is handed over is known by: of an executable its hash, of a kit that of its list of files. */
export function fingerprint({ kind, record, files }: Subject): string {
  if (kind === "executable") return record.executable.sha256
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`)
  return createHash("sha256").update(lines.sort().join("")).digest("hex")
}

/** A UUID that is the same for the same subject: version 8 of RFC 9562, whose bits are free. */
export function serialNumber(subject: Subject): string {
  const hex = createHash("sha256")
    .update(`${subject.kind} ${fingerprint(subject)}`)
    .digest("hex")
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The sha512 of a package's tarball, in hex. */
export function sha512OfIntegrity(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex")
}
