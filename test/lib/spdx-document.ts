import parse from "spdx-expression-parse"
import { z } from "zod"

// SPDX 2.3 as its specification says it, clauses 6, 7, 10 and 11, as far as documents of ours have it: what the schema that
// SPDX publishes leaves open (spdx-schema.ts), as that an expression is one, and a relationship's end is there.

const id = z.string().regex(/^SPDXRef-[a-zA-Z0-9.-]+$/)
const expression = z.string().refine((text) => {
  if (text === "NOASSERTION" || text === "NONE") return true
  try {
    return Boolean(parse(text))
  } catch {
    return false
  }
}, "must be an SPDX expression")

const checksum = z.discriminatedUnion("algorithm", [
  z.strictObject({ algorithm: z.literal("SHA256"), checksumValue: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ algorithm: z.literal("SHA512"), checksumValue: z.string().regex(/^[0-9a-f]{128}$/) }),
])

const PURPOSES =
  "APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING_SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER"

const item = z.strictObject({
  SPDXID: id,
  name: z.string().min(1),
  versionInfo: z.string().optional(),
  packageFileName: z.string().optional(),
  supplier: z
    .string()
    .regex(/^((Person|Organization): .+|NOASSERTION)$/)
    .optional(),
  downloadLocation: z.union([z.url(), z.literal("NOASSERTION"), z.literal("NONE")]),
  // So no files may stand in the document, nor a verification code: 7.8, 7.9.
  filesAnalyzed: z.literal(false),
  primaryPackagePurpose: z.enum(PURPOSES.split(" ")),
  licenseConcluded: expression,
  licenseDeclared: expression,
  copyrightText: z.string().min(1),
  homepage: z.url().optional(),
  checksums: z.array(checksum).min(1).optional(),
  sourceInfo: z.string().optional(),
  comment: z.string().optional(),
  externalRefs: z.array(
    z.strictObject({
      referenceCategory: z.literal("PACKAGE-MANAGER"),
      referenceType: z.literal("purl"),
      referenceLocator: z.string().regex(/^pkg:[a-z]+\/\S+$/),
    }),
  ),
})

export const spdxDocument = z
  .strictObject({
    spdxVersion: z.literal("SPDX-2.3"),
    dataLicense: z.literal("CC0-1.0"),
    SPDXID: z.literal("SPDXRef-DOCUMENT"),
    name: z.string().min(1),
    documentNamespace: z.string().regex(/^(https?:\/\/|urn:)[^#]+$/),
    comment: z.string(),
    creationInfo: z.strictObject({
      created: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      creators: z.array(z.string().regex(/^(Tool|Organization|Person): .+/)).min(1),
    }),
    packages: z.array(item).min(1),
    hasExtractedLicensingInfos: z
      .array(
        z.strictObject({
          licenseId: z.string().regex(/^LicenseRef-[a-zA-Z0-9.-]+$/),
          extractedText: z.string().min(1),
        }),
      )
      .optional(),
    relationships: z.array(
      z.strictObject({
        spdxElementId: id,
        relationshipType: z.enum(["DESCRIBES", "CONTAINS", "PATCH_APPLIED"]),
        relatedSpdxElement: id,
      }),
    ),
  })
  .superRefine(({ packages, relationships, hasExtractedLicensingInfos = [] }, context) => {
    const ids = ["SPDXRef-DOCUMENT", ...packages.map(({ SPDXID }) => SPDXID)]
    const add = (message: string) => context.addIssue({ code: "custom", message })
    if (new Set(ids).size !== ids.length) add("an SPDXID stands twice")
    const ends = relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement])
    for (const end of ends) if (!ids.includes(end)) add(`${end} is related, but is nowhere`)
    for (const one of ids) if (!ends.includes(one)) add(`${one} is related to nothing`)
    const expressions = packages.flatMap((one) => [one.licenseConcluded, one.licenseDeclared])
    const used = new Set(expressions.flatMap((text) => text.match(/LicenseRef-[a-zA-Z0-9.-]+/g) ?? []))
    const said = hasExtractedLicensingInfos.map(({ licenseId }) => licenseId)
    if (new Set(said).size !== said.length) add("a licence of its own stands twice")
    for (const name of used) if (!said.includes(name)) add(`${name} has no text`)
    for (const name of said) if (!used.has(name)) add(`${name} is no package's`)
  })
