import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requirePromised } from "../../../scripts/release/make-release.ts"
import { promisedFiles, releaseName } from "../../../scripts/release/names.ts"
import { sampleRecord } from "../../lib/subject.ts"

describe("a release's name", () => {
  test("is the version, that of this project, the target, and what the policy is called", () => {
    expect(releaseName(sampleRecord)).toBe(`1.2.3-0.1.0-${sampleRecord.target}-opt-in`)
    const policy = { mode: "always" as const, locked: true, allow: [] }
    expect(releaseName({ ...sampleRecord, policy })).toMatch(
      new RegExp(`^1\\.2\\.3-0\\.1\\.0-${sampleRecord.target}-always`),
    )
  })
})

describe("the promised files", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "promised-"))
    await writeFile(join(folder, "one"), "")
    await writeFile(join(folder, "two"), "")
  })
  afterAll(() => rm(folder, { recursive: true }))

  test("are those of every output, the kit where there is one, and signatures where there is a key", () => {
    const all = promisedFiles(sampleRecord, { signed: true, kit: true })
    for (const name of ["opencode", "brief.html", "patches/a-patch.diff", "SHA256SUMS.sig"])
      expect(all).toContain(name)
    expect(all).toContain(`opencode-offline-1.2.3-0.1.0-${sampleRecord.target}-opt-in.tar.gz.sig`)
    const few = promisedFiles(sampleRecord, { signed: false, kit: false })
    expect(few.filter((name) => /tar\.gz|\.sig|dsse/.test(name))).toEqual([])
    expect(promisedFiles(sampleRecord, { signed: true, kit: false }).join()).not.toContain("tar.gz")
  })

  test.each([
    ["linux-arm64-musl", "tar.gz"],
    ["darwin-arm64", "tar.gz"],
    ["windows-x64", "zip"],
  ])("have a kit for %s, a %s", (target, form) => {
    const all = promisedFiles({ ...sampleRecord, target }, { signed: false, kit: true })
    expect(all).toContain(`opencode-offline-1.2.3-0.1.0-${target}-opt-in.${form}`)
  })

  test("are all there, and nothing else", async () => {
    expect(requirePromised(folder, ["one", "two"])).resolves.toBeUndefined()
    expect(requirePromised(folder, ["one", "two", "three"])).rejects.toThrow("missing: three")
    expect(requirePromised(folder, ["one"])).rejects.toThrow("not promised: two")
  })
})
