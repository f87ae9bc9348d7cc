import Ajv from "ajv"

// What SPDX's own JSON schema of 2.3 asks for, written anew and without its descriptions: which keys there are, of what type,
// which must be there, what they may say, and that there are no others. Compared with it key by key on 2026-11-27, in the
// repository spdx/spdx-spec: schemas/spdx-schema-2-3.json at b536507a3b29973442e979c887f41b07e6330abb. No package has it.

type Schema = Record<string, unknown>

const text = { type: "string" }
const whole = { type: "integer" }
const list = (items: Schema, minItems = 0) => ({ type: "array", items, minItems })
const texts = (names: string) => Object.fromEntries(names.split(" ").map((name) => [name, text]))
const oneOf = (values: string) => ({ ...text, enum: values.split(" ") })
const object = (required: string, properties: Record<string, Schema>) => {
  return { type: "object", properties, required: required.split(" "), additionalProperties: false }
}

const checksum = object("algorithm checksumValue", {
  algorithm: oneOf(
    "SHA1 SHA224 SHA256 SHA384 SHA512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512 BLAKE3 MD2 MD4 MD5 MD6 ADLER32",
  ),
  checksumValue: text,
})

const annotation = object("annotationDate annotationType annotator comment", {
  ...texts("annotationDate annotator comment"),
  annotationType: oneOf("OTHER REVIEW"),
})

/** What packages, files and snippets have alike. */
const element = {
  ...texts("SPDXID comment copyrightText licenseComments licenseConcluded"),
  annotations: list(annotation),
  attributionTexts: list(text),
}

const oneOfPackages = object("SPDXID downloadLocation name", {
  ...element,
  ...texts("builtDate description downloadLocation homepage licenseDeclared name originator packageFileName"),
  ...texts("releaseDate sourceInfo summary supplier validUntilDate versionInfo"),
  checksums: list(checksum),
  externalRefs: list(
    object("referenceCategory referenceLocator referenceType", {
      ...texts("comment referenceLocator referenceType"),
      referenceCategory: oneOf("OTHER PERSISTENT-ID SECURITY PACKAGE-MANAGER"),
    }),
  ),
  filesAnalyzed: { type: "boolean" },
  hasFiles: list(text),
  licenseInfoFromFiles: list(text),
  packageVerificationCode: object("packageVerificationCodeValue", {
    packageVerificationCodeExcludedFiles: list(text),
    packageVerificationCodeValue: text,
  }),
  primaryPackagePurpose: oneOf(
    "APPLICATION ARCHIVE CONTAINER DEVICE FILE FIRMWARE FRAMEWORK INSTALL LIBRARY OPERATING_SYSTEM OTHER SOURCE",
  ),
})

const file = object("SPDXID checksums fileName", {
  ...element,
  ...texts("fileName noticeText"),
  artifactOfs: list({ type: "object" }),
  checksums: list(checksum, 1),
  fileContributors: list(text),
  fileDependencies: list(text),
  fileTypes: list(oneOf("APPLICATION ARCHIVE AUDIO BINARY DOCUMENTATION IMAGE OTHER SOURCE SPDX TEXT VIDEO")),
  licenseInfoInFiles: list(text),
})

const pointer = object("reference", { reference: text, offset: whole, lineNumber: whole })

const snippet = object("SPDXID ranges snippetFromFile", {
  ...element,
  ...texts("name snippetFromFile"),
  licenseInfoInSnippets: list(text),
  ranges: list(object("endPointer startPointer", { endPointer: pointer, startPointer: pointer }), 1),
})

const relationship = object("spdxElementId relatedSpdxElement relationshipType", {
  ...texts("spdxElementId comment relatedSpdxElement"),
  relationshipType: oneOf(
    "AMENDS ANCESTOR_OF BUILD_DEPENDENCY_OF BUILD_TOOL_OF CONTAINED_BY CONTAINS COPY_OF DATA_FILE_OF DEPENDENCY_MANIFEST_OF " +
      "DEPENDENCY_OF DEPENDS_ON DESCENDANT_OF DESCRIBED_BY DESCRIBES DEV_DEPENDENCY_OF DEV_TOOL_OF DISTRIBUTION_ARTIFACT " +
      "DOCUMENTATION_OF DYNAMIC_LINK EXAMPLE_OF EXPANDED_FROM_ARCHIVE FILE_ADDED FILE_DELETED FILE_MODIFIED GENERATED_FROM " +
      "GENERATES HAS_PREREQUISITE METAFILE_OF OPTIONAL_COMPONENT_OF OPTIONAL_DEPENDENCY_OF OTHER PACKAGE_OF PATCH_APPLIED " +
      "PATCH_FOR PREREQUISITE_FOR PROVIDED_DEPENDENCY_OF REQUIREMENT_DESCRIPTION_FOR RUNTIME_DEPENDENCY_OF SPECIFICATION_FOR " +
      "STATIC_LINK TEST_CASE_OF TEST_DEPENDENCY_OF TEST_OF TEST_TOOL_OF VARIANT_OF",
  ),
})

const extracted = object("extractedText licenseId", {
  ...texts("comment extractedText licenseId name"),
  crossRefs: list(
    object("url", {
      ...texts("match timestamp url"),
      isLive: { type: "boolean" },
      isValid: { type: "boolean" },
      isWayBackLink: { type: "boolean" },
      order: whole,
    }),
  ),
  seeAlsos: list(text),
})

const spdxSchema = object("SPDXID creationInfo dataLicense name spdxVersion", {
  ...texts("SPDXID comment dataLicense documentNamespace name spdxVersion"),
  annotations: list(annotation),
  creationInfo: object("created creators", {
    ...texts("comment created licenseListVersion"),
    creators: list(text, 1),
  }),
  documentDescribes: list(text),
  externalDocumentRefs: list(
    object("checksum externalDocumentId spdxDocument", {
      ...texts("externalDocumentId spdxDocument"),
      checksum,
    }),
  ),
  files: list(file),
  hasExtractedLicensingInfos: list(extracted),
  packages: list(oneOfPackages),
  relationships: list(relationship),
  revieweds: list(object("reviewDate", texts("comment reviewDate reviewer"))),
  snippets: list(snippet),
})

const validate = new Ajv({ allErrors: true }).compile(spdxSchema)

/** What a document has that SPDX's schema does not allow, a line each. */
export function spdxFaults(document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
