import { type Material, type MaterialKind, type Materials, NO_ASSERTION } from "../materials/material.ts"
import { identifiersOf } from "../materials/standard-texts.ts"
import { termsOf } from "../materials/terms.ts"
import { type Output, type Subject, toJson } from "./output.ts"
import { serialNumber, sha512OfIntegrity, subjectUrl } from "./subject.ts"

/** A bill of materials in SPDX 2.3. */
export const spdx: Output = {
  name: "spdx",
  about: "lawyers and inventories: a bill of materials, SPDX 2.3",
  files: ["sbom.spdx.json"],
  print: (subject) => ({ "sbom.spdx.json": toJson(toDocument(subject)) }),
}

const PURPOSES: Record<MaterialKind, string> = {
  application: "APPLICATION",
  runtime: "FRAMEWORK",
  library: "LIBRARY",
  program: "APPLICATION",
  font: "OTHER",
  data: "OTHER",
  patch: "SOURCE",
  source: "SOURCE",
}

const ROOT = "SPDXRef-Subject"

function toDocument(subject: Subject): unknown {
  const { record, materials, kind } = subject
  const ids = new Map(materials.list.map(({ purl }, at) => [purl, `SPDXRef-Package-${at + 1}`]))
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `opencode-${record.opencode}-${record.target}${kind === "kit" ? "-kit" : ""}`,
    documentNamespace: serialNumber(subject),
    comment:
      "Incomplete where a package's comment says so: upstream does not list what it bundles, nor Bun the versions of what it links.",
    creationInfo: {
      created: materials.created,
      creators: [`Tool: opencode-offline-${record.tools["opencode-offline"]}`],
    },
    packages: [
      rootOf(subject),
      ...materials.list.map((material) => packageOf(material, ids.get(material.purl)!)),
    ],
    ...extractedLicences(materials),
    relationships: [
      relate("SPDXRef-DOCUMENT", "DESCRIBES", ROOT),
      ...materials.list.map(({ purl, within, kind }) =>
        kind === "patch"
          ? relate(ids.get(purl)!, "PATCH_APPLIED", ids.get(within ?? "") ?? ROOT)
          : relate((within && ids.get(within)) || ROOT, "CONTAINS", ids.get(purl)!),
      ),
    ],
  }
}

/** Licences that SPDX has no name for, also those in an expression: each once, with the texts of all materials under it. */
function extractedLicences({ list, texts }: Materials) {
  const keys = new Map<string, Set<string>>()
  for (const { license, texts: own } of list)
    for (const id of (identifiersOf(license) ?? []).filter((name) => name.startsWith("LicenseRef-")))
      keys.set(id, new Set([...(keys.get(id) ?? []), ...own]))
  if (keys.size === 0) return {}
  return {
    hasExtractedLicensingInfos: [...keys].map(([licenseId, own]) => ({
      licenseId,
      extractedText: [...own].map((key) => texts[key]).join("\n\n"),
    })),
  }
}

function rootOf(subject: Subject) {
  const { record, materials, kind } = subject
  return {
    SPDXID: ROOT,
    name: kind === "kit" ? "opencode-kit" : "opencode",
    versionInfo: record.opencode,
    downloadLocation: NO_ASSERTION,
    // So the document has no files: of those of a kit, all would need a SHA1, and SHA256SUMS lists them.
    filesAnalyzed: false,
    primaryPackagePurpose: kind === "kit" ? "ARCHIVE" : "APPLICATION",
    licenseConcluded: NO_ASSERTION,
    licenseDeclared: termsOf(materials),
    copyrightText: NO_ASSERTION,
    ...(kind === "executable" && {
      packageFileName: record.executable.file,
      checksums: [
        { algorithm: "SHA256", checksumValue: record.executable.sha256 },
        { algorithm: "SHA512", checksumValue: materials.executable.sha512 },
      ],
    }),
    externalRefs: [purlRef(subjectUrl(subject))],
  }
}

function packageOf(material: Material, SPDXID: string) {
  const { name, version, license, copyright, supplier, integrity, file, where, note, complete, url, purl } =
    material
  const checksums = [
    ...(integrity ? [{ algorithm: "SHA512", checksumValue: sha512OfIntegrity(integrity) }] : []),
    ...(file && !integrity ? [{ algorithm: "SHA256", checksumValue: file.sha256 }] : []),
  ]
  const remarks = [
    ...(note ? [note] : []),
    ...(file && integrity ? [`The file that is used has the sha256 ${file.sha256}.`] : []),
    ...(complete ? [] : ["What it is made of is not listed in full."]),
  ]
  return {
    SPDXID,
    name,
    ...(version && { versionInfo: version }),
    ...(supplier && { supplier: `Organization: ${supplier.name}` }),
    downloadLocation: NO_ASSERTION,
    filesAnalyzed: false,
    primaryPackagePurpose: PURPOSES[material.kind],
    licenseConcluded: NO_ASSERTION,
    licenseDeclared: license,
    copyrightText: copyright ?? NO_ASSERTION,
    ...(url && { homepage: url }),
    ...(checksums.length > 0 && { checksums }),
    ...(where.length > 0 && { sourceInfo: `Held by ${where.join(", ")}` }),
    ...(remarks.length > 0 && { comment: remarks.join(" ") }),
    externalRefs: [purlRef(purl)],
  }
}

function purlRef(purl: string) {
  return { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }
}

function relate(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement }
}
