import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readStatements, toDocument, type VexStatement } from "../../../scripts/emit/vex.ts"
import { sampleSubject } from "../../lib/subject.ts"

const about = (more: Partial<VexStatement> = {}): VexStatement => ({
  vulnerability: "CVE-2020-0001",
  aliases: [],
  component: "pkg:npm/%40a/library",
  versions: ">=1.0.0",
  status: "fixed",
  notes: "Fixed there.",
  ...more,
})

describe("the statements of a release", () => {
  test("are those about what is inside, by its package URL", () => {
    const { statements } = toDocument(sampleSubject(), [
      about(),
      about({ component: "pkg:npm/left-pad" }),
      about({ versions: "<1.0.0" }),
      about({ component: "upstream", versions: "1.2.3" }),
    ])
    const found = statements.map(({ products }) => products[0]!.subcomponents.map((one) => one["@id"]))
    expect(found).toEqual([["pkg:npm/%40a/library@1.0.0"], ["pkg:npm/opencode-sample@1.2.3"]])
  })

  test("have what OpenVEX asks for each status", () => {
    const { statements } = toDocument(sampleSubject(), [
      about(),
      about({ status: "not_affected", justification: "vulnerable_code_not_present" }),
      about({ status: "affected", action: "Wait." }),
    ])
    expect(statements[0]).toMatchObject({ status: "fixed", status_notes: "Fixed there." })
    expect(statements[1]).toMatchObject({
      justification: "vulnerable_code_not_present",
      impact_statement: "Fixed there.",
    })
    expect(statements[2]).toMatchObject({ action_statement: "Wait." })
  })
})

describe("a file of vex/", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vex-"))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test.each([
    ["a status that there is not", { status: "fine" }],
    ["no justification", { status: "not_affected" }],
    ["a version in the component", { component: "pkg:npm/zod@4.0.0" }],
    ["no range", { versions: "some" }],
    ["a key that is unknown", { severity: "low" }],
    ["no identifier", { vulnerability: "heartbleed" }],
  ])("with %s is refused by its name", async (_, wrong) => {
    await writeFile(join(folder, "one.json"), JSON.stringify({ ...about(), ...wrong }))
    expect(() => readStatements(folder)).toThrow("vex/one.json is no statement")
  })

  test("of this project is well formed", () => {
    expect(readStatements().length).toBeGreaterThan(0)
  })
})
