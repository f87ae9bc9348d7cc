// By its parts: the whole library loads what validates, too, which takes as long as all else of it.
import * as Enums from "@cyclonedx/cyclonedx-library/Enums"
import * as Models from "@cyclonedx/cyclonedx-library/Models"
import * as Serialize from "@cyclonedx/cyclonedx-library/Serialize"
import * as Spec from "@cyclonedx/cyclonedx-library/Spec"
import { type Material, type MaterialKind, NO_ASSERTION, type Supplier } from "../materials/material.ts"
import { identifiersOf } from "../materials/standard-texts.ts"
import { termsOf } from "../materials/terms.ts"
import { type Output, type Subject, toJson } from "./output.ts"
import { serialNumber, sha512OfIntegrity, subjectUrl } from "./subject.ts"

/** A bill of materials in CycloneDX 1.6. */
export const cyclonedx: Output = {
  name: "cyclonedx",
  about: "scanners and inventories: a bill of materials, CycloneDX 1.6",
  files: ["sbom.cdx.json"],
  print: (subject) => ({ "sbom.cdx.json": toJson(toBom(subject)) }),
}

const TYPES: Record<MaterialKind, Enums.ComponentType> = {
  application: Enums.ComponentType.Application,
  runtime: Enums.ComponentType.Platform,
  library: Enums.ComponentType.Library,
  program: Enums.ComponentType.Application,
  font: Enums.ComponentType.File,
  data: Enums.ComponentType.Data,
  patch: Enums.ComponentType.File,
  source: Enums.ComponentType.File,
}

interface Component {
  "bom-ref"?: string
  pedigree?: unknown
}

/** What the library has no model of is put into what it prints: pedigree, and what is known to be incomplete. */
function toBom(subject: Subject): unknown {
  const printed = JSON.parse(serialise(modelOf(subject)))
  const { record, materials } = subject
  const upstream = materials.list.find(({ name }) => name === record.stock.package)!
  const root: Component = printed.metadata.component
  root.pedigree = pedigreeOf(subject, upstream)
  // Of what has none, the library leaves them out, and some readers do not take that for none.
  const dependencies = printed.dependencies.map((one: object) => ({ dependsOn: [], ...one }))
  return { ...printed, dependencies, compositions: compositionsOf(subject) }
}

function serialise(bom: Models.Bom): string {
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true })
}

function modelOf(subject: Subject): Models.Bom {
  const { record, materials, kind } = subject
  const { opencode, executable } = record
  const root = new Models.Component(
    Enums.ComponentType.Application,
    kind === "kit" ? "opencode-kit" : "opencode",
    {
      bomRef: refOf(subjectUrl(subject)),
      version: opencode,
      purl: subjectUrl(subject),
      description: `OpenCode ${opencode} for ${record.target}, with an offline switch, a policy and a guard`,
      hashes: new Models.HashDictionary(
        kind === "kit"
          ? []
          : [
              [Enums.HashAlgorithm["SHA-256"], executable.sha256],
              [Enums.HashAlgorithm["SHA-512"], materials.executable.sha512],
            ],
      ),
      licenses: new Models.LicenseRepository([licenseOf(termsOf(materials))]),
    },
  )
  const components = new Map(materials.list.map((material) => [material.purl, componentOf(material)]))
  for (const { purl, within, kind } of materials.list) {
    // What upstream published does not depend on a patch of it.
    const holder = within && kind !== "patch" ? components.get(within) : undefined
    ;(holder ?? root).dependencies.add(components.get(purl)!.bomRef)
  }
  const metadata = new Models.Metadata({
    timestamp: new Date(materials.created),
    component: root,
    tools: new Models.Tools({
      components: new Models.ComponentRepository([
        new Models.Component(Enums.ComponentType.Application, "opencode-offline", {
          version: record.tools["opencode-offline"],
        }),
      ]),
    }),
  })
  const files = subject.files.map(({ path, sha256 }) => fileOf(path, sha256))
  return new Models.Bom({
    serialNumber: serialNumber(subject),
    metadata,
    components: new Models.ComponentRepository([...components.values(), ...files]),
  })
}

function componentOf(material: Material): Models.Component {
  const [, group, name] = /^(@[^/]+)\/(.+)$/.exec(material.name) ?? [undefined, undefined, material.name]
  const hashes: [Enums.HashAlgorithm, string][] = []
  if (material.file) hashes.push([Enums.HashAlgorithm["SHA-256"], material.file.sha256])
  return new Models.Component(TYPES[material.kind], name!, {
    bomRef: refOf(material.purl),
    group,
    version: material.version,
    supplier: material.supplier && organisationOf(material.supplier),
    purl: material.purl,
    copyright: material.copyright,
    hashes: new Models.HashDictionary(hashes),
    licenses: new Models.LicenseRepository(
      material.license === NO_ASSERTION ? [] : [licenseOf(material.license)],
    ),
    externalReferences: new Models.ExternalReferenceRepository(referencesOf(material)),
    properties: new Models.PropertyRepository([
      ...material.where.map((where) => new Models.Property("opencode-offline:where", where)),
      ...(material.note ? [new Models.Property("opencode-offline:note", material.note)] : []),
    ]),
  })
}

/** What a component is known by inside this file: its package URL without escapes, which some readers refuse there. */
function refOf(purl: string): string {
  return decodeURIComponent(purl)
}

function organisationOf({ name, url }: Supplier): Models.OrganizationalEntity {
  return new Models.OrganizationalEntity({ name, url: new Set([url]) })
}

/** The hash of a package is that of its tarball, so it belongs to where that is from. */
function referencesOf({ integrity, url, purl }: Material): Models.ExternalReference[] {
  return [
    ...(integrity
      ? [
          new Models.ExternalReference(purl, Enums.ExternalReferenceType.Distribution, {
            hashes: new Models.HashDictionary([
              [Enums.HashAlgorithm["SHA-512"], sha512OfIntegrity(integrity)],
            ]),
          }),
        ]
      : []),
    ...(url ? [new Models.ExternalReference(url, Enums.ExternalReferenceType.VCS)] : []),
  ]
}

function licenseOf(expression: string): Models.License {
  const [only, ...more] = identifiersOf(expression)!
  if (expression.startsWith("LicenseRef-")) return new Models.NamedLicense(expression)
  return more.length === 0 && only === expression
    ? new Models.SpdxLicense(only)
    : new Models.LicenseExpression(expression)
}

function fileOf(path: string, sha256: string): Models.Component {
  return new Models.Component(Enums.ComponentType.File, path, {
    bomRef: `file:${path}`,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256]]),
  })
}

function pedigreeOf({ record, diffs }: Subject, upstream: Material) {
  return {
    ancestors: [
      {
        type: "application",
        name: upstream.name,
        version: upstream.version,
        purl: upstream.purl,
        hashes: [{ alg: "SHA-256", content: record.stock.sha256 }],
      },
    ],
    patches: record.patches.map(({ name, kind }) => ({
      type: kind === "upstreamable" ? "unofficial" : "monkey",
      diff: {
        text: {
          contentType: "text/x-diff",
          encoding: "base64",
          content: Buffer.from(diffs[name]!).toString("base64"),
        },
      },
    })),
    notes: `${record.modules.added.length} modules were added and ${record.modules.changed.length} changed; ${record.modules.unchanged.length} are upstream's, byte for byte.`,
  }
}

function compositionsOf({ materials }: Subject) {
  const of = (complete: boolean) =>
    materials.list.filter((material) => material.complete === complete).map(({ purl }) => refOf(purl))
  return [
    { aggregate: "complete", assemblies: of(true) },
    { aggregate: "incomplete", assemblies: of(false) },
  ]
}
