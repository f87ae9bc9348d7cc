import { npmUrl } from "../materials/material.ts"
import { type Output, type Subject, toJson } from "./output.ts"
import { sha512OfIntegrity } from "./subject.ts"

/** How it was made: an in-toto statement with SLSA's predicate, version 1. */
export const provenance: Output = {
  name: "provenance",
  about: "policy engines: what it was made from and by, SLSA v1 in an in-toto statement",
  files: ["provenance.json"],
  print: (subject) => ({ "provenance.json": toJson(toStatement(subject)) }),
}

/** Names of ours for what SLSA leaves to the builder. No machine of this project's stands behind them. */
const BUILD_TYPE = "urn:opencode-offline:build:v1"
const BUILDER = "urn:opencode-offline:builder:self-run"

function toStatement(subject: Subject): unknown {
  const { record, materials, kind, files } = subject
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject:
      kind === "kit"
        ? files.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } }))
        : [
            {
              name: record.executable.file,
              digest: { sha256: record.executable.sha256, sha512: materials.executable.sha512 },
            },
          ],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: parametersOf(subject),
        internalParameters: { tools: record.tools },
        resolvedDependencies: dependenciesOf(subject),
      },
      runDetails: {
        builder: { id: BUILDER, version: { "opencode-offline": record.tools["opencode-offline"] } },
        metadata: { invocationId: `urn:sha256:${record.executable.sha256}` },
      },
    },
  }
}

/** What whoever ran the build chose. */
function parametersOf({ record, kind }: Subject) {
  const { product, opencode, target, source, policy, configuration, models, leftOut, packages } = record
  return {
    product,
    opencode,
    target,
    source,
    output: kind,
    coreOnly: leftOut.some(({ why }) => why === "--core-only"),
    policy: policy ?? null,
    configuration: configuration ?? null,
    models: models?.from ?? null,
    packages: packages.map((item) => `${item.package}@${item.version}`),
  }
}

function dependenciesOf({ record, materials, kind }: Subject) {
  const { npm, inputs, repository, git } = record
  const named = new Map(npm.map((item) => [npmUrl(item.package, item.version), item.integrity]))
  // Those of a kit are in no build's record.
  if (kind === "kit")
    for (const { purl, integrity } of materials.list) if (integrity) named.set(purl, integrity)
  return [
    ...(repository
      ? [
          {
            uri: "urn:opencode-offline:repository",
            digest: { gitCommit: repository.commit },
            // The files that it was made from are below, each with its hash.
            ...(repository.clean ? {} : { annotations: { changed: true } }),
          },
        ]
      : []),
    ...(git ? [{ uri: `git+${git.url}`, digest: { gitCommit: git.commit, gitTree: git.tree } }] : []),
    ...inputs.map(({ name, sha256 }) => ({
      uri: `urn:opencode-offline:input:${encodeURI(name)}`,
      name,
      digest: { sha256 },
    })),
    ...[...named]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([uri, integrity]) => ({ uri, digest: { sha512: sha512OfIntegrity(integrity) } })),
  ]
}
