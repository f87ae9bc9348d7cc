import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Report, ReportedResult } from "../../../scripts/audit/report.ts"
import { readMeasured } from "../../../scripts/release/measured.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"
import { sampleRecord } from "../../lib/subject.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "measured-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** A report about the sample's executable. */
async function read(results: ReportedResult[], more: Partial<Report> = {}) {
  const report = makeReport(results, { allScenarios: true, ...more })
  const executables = report.executables.map((one) =>
    one.variant === "offline" ? { ...one, sha256: sampleRecord.executable.sha256 } : one,
  )
  const file = join(folder, "report.json")
  await writeFile(file, JSON.stringify({ ...report, executables, ...more }))
  return readMeasured(file, sampleRecord)
}

describe("what an audit measured", () => {
  test("is counted for the executable that is released, beside upstream's own", async () => {
    const found = await read([
      makeResult("stock", "one", [makeAttempt({ name: "models.dev", packets: 7 })]),
      makeResult("offline", "one"),
      makeResult("offline", "two", [makeAttempt({ name: "llm.example", packets: 5 })], {
        mode: "drop",
        worked: false,
      }),
    ])
    expect(found).toMatchObject({
      scenarios: 2,
      runs: 2,
      worked: 1,
      packets: { left: 0, allowed: 5, stock: 7 },
    })
    expect(found.networks).toHaveLength(2)
    expect(found.isGood).toBe(true)
  })

  test("is not good with a finding, or when not all scenarios were run", async () => {
    const findings: Report["findings"] = [{ kind: "tried", executable: "offline", line: "it tried" }]
    expect((await read([makeResult("offline", "one")], { findings })).isGood).toBe(false)
    const partial = await read([makeResult("offline", "one")], { allScenarios: false })
    expect(partial.isGood).toBe(false)
    expect(partial.sentence).toContain("Not all scenarios")
  })

  test("is not good when packets left, or when nothing was run with it", async () => {
    const left = await read([makeResult("offline", "one", [makeAttempt({ name: "models.dev" })])])
    expect(left).toMatchObject({ isGood: false, packets: { left: 4 } })
    const idle = await read([makeResult("stock", "one")])
    expect(idle).toMatchObject({ isGood: false, runs: 0 })
    expect(idle.sentence).toStartWith("No scenario was run with it")
  })

  test("is not taken from a report that has it as stock, with its switch off", async () => {
    const report = makeReport([makeResult("stock", "one")], { allScenarios: true })
    const [stock] = report.executables
    const executables = [{ ...stock!, sha256: sampleRecord.executable.sha256, isPinnedStock: false }]
    await expect(read([makeResult("stock", "one")], { executables })).rejects.toThrow(
      "says nothing of the executable",
    )
  })

  test("is not taken from a report about another executable", async () => {
    const file = join(folder, "other.json")
    await writeFile(file, JSON.stringify(makeReport([makeResult("offline", "one")])))
    await expect(readMeasured(file, sampleRecord)).rejects.toThrow(
      "says nothing of the executable that is released",
    )
  })
})
