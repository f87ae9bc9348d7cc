import { describe, expect, test } from "bun:test"
import { z } from "zod"
import { provenance } from "../../../scripts/emit/provenance.ts"
import { sampleKit, sampleRecord, sampleSubject } from "../../lib/subject.ts"

const digest = z.record(z.enum(["sha256", "sha512", "gitCommit", "gitTree"]), z.string().regex(/^[0-9a-f]+$/))
const typeUri = z.string().regex(/^(urn|https?):/)

/** in-toto's Statement v1, and SLSA's predicate v1, as their specifications say them; what they do not know is refused. */
const statement = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z
    .array(z.strictObject({ name: z.string(), digest: z.partialRecord(z.string(), z.string()) }))
    .min(1),
  predicateType: z.literal("https://slsa.dev/provenance/v1"),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: typeUri,
      externalParameters: z.record(z.string(), z.unknown()),
      internalParameters: z.record(z.string(), z.unknown()),
      resolvedDependencies: z.array(
        z.strictObject({
          uri: z.string().regex(/^(urn:|pkg:|git\+)\S+$/),
          name: z.string().optional(),
          digest: z.partialRecord(digest.keyType, digest.valueType),
          annotations: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: typeUri, version: z.record(z.string(), z.string()) }),
      metadata: z.strictObject({ invocationId: z.string() }),
    }),
  }),
})

async function printed(subject = sampleSubject()) {
  const files = await provenance.print(subject)
  return statement.parse(JSON.parse(files["provenance.json"]!))
}

describe("the provenance", () => {
  test("is a statement about the executable, by its hashes", async () => {
    const { subject } = await printed()
    expect(subject).toEqual([
      { name: "opencode", digest: { sha256: sampleRecord.executable.sha256, sha512: expect.any(String) } },
    ])
  })

  test("has each input and each package that the record has, by hash", async () => {
    const { predicate } = await printed()
    const { resolvedDependencies } = predicate.buildDefinition
    expect(resolvedDependencies.map(({ uri }) => uri)).toEqual([
      "urn:opencode-offline:repository",
      "urn:opencode-offline:input:build.ts",
      "pkg:npm/opencode-sample@1.2.3",
    ])
    for (const one of resolvedDependencies) expect(Object.keys(one.digest)).toHaveLength(1)
  })

  test("says of this project's commit that files were changed, when they were, and else nothing", async () => {
    const commitOf = async (clean: boolean) => {
      const repository = { ...sampleRecord.repository!, clean }
      const { predicate } = await printed(sampleSubject({ record: { ...sampleRecord, repository } }))
      return predicate.buildDefinition.resolvedDependencies[0]
    }
    expect(await commitOf(false)).toMatchObject({ annotations: { changed: true } })
    expect(Object.keys((await commitOf(true))!)).toEqual(["uri", "digest"])
  })

  test("has upstream's commit where it was built from that", async () => {
    const hash = "cd".repeat(20)
    const git = {
      url: "https://x.example/y",
      commit: hash,
      tree: hash,
      patched: { commit: hash, tree: hash },
    }
    const { predicate } = await printed(sampleSubject({ record: { ...sampleRecord, source: "git", git } }))
    expect(predicate.buildDefinition.resolvedDependencies).toContainEqual({
      uri: "git+https://x.example/y",
      digest: { gitCommit: hash, gitTree: hash },
    })
  })

  test("says what whoever ran it chose", async () => {
    const policy = { mode: "always" as const, allow: ["llm.corp"], locked: true }
    const { predicate } = await printed(sampleSubject({ record: { ...sampleRecord, policy } }))
    expect(predicate.buildDefinition.externalParameters).toMatchObject({
      policy,
      target: sampleRecord.target,
    })
  })

  test("says which default configuration was put in, or that none was", async () => {
    const configuration = { keys: ["provider"], bytes: 9, sha256: "ef".repeat(32) }
    const given = await printed(sampleSubject({ record: { ...sampleRecord, configuration } }))
    expect(given.predicate.buildDefinition.externalParameters).toMatchObject({ configuration })
    const { predicate } = await printed()
    expect(predicate.buildDefinition.externalParameters).toMatchObject({ configuration: null })
  })

  test("of a kit is about each of its files, and has its packages", async () => {
    const { subject, predicate } = await printed(sampleKit())
    expect(subject.map(({ name }) => name)).toEqual(["bin/opencode"])
    const uris = predicate.buildDefinition.resolvedDependencies.map(({ uri }) => uri)
    expect(uris).toContain("pkg:npm/%40a/library@1.0.0")
  })
})
