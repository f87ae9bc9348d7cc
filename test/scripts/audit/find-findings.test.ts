import { expect, test } from "bun:test"
import { findFindings } from "../../../scripts/audit/find-findings.ts"
import type { ReportedResult } from "../../../scripts/audit/report.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"

/** What was measured of the release whose hosts are known. */
const known = {
  always: ["models.dev", "the npm registry", "github.com", "app.opencode.ai", "opncd.ai"],
  unlessDropped: ["api.github.com", "mDNS"],
}

const linesOf = (results: ReportedResult[], report = {}) =>
  findFindings(makeReport(results, report), known).map(({ line }) => line)

test("a host that an offline run tried is one finding, which says what, how often, by whom and where", () => {
  const process = { pid: 7, command: "opencode run hi" }
  const attempts = [
    makeAttempt({ name: "leak.example", protocol: "udp", port: 53, process }),
    makeAttempt({ name: "leak.example" }),
    makeAttempt({ name: "leak.example" }),
  ]
  expect(linesOf([makeResult("offline", "one", attempts)])).toEqual([
    "offline tried leak.example udp/53 tcp/443 3 times by opencode run hi: The first (answer)",
  ])
})

test("what upstream's release tries is no finding", () => {
  expect(linesOf([makeResult("stock", "one", [makeAttempt({ name: "models.dev" })])])).toEqual([])
})

test("a job that needs a patch is not asked of an executable that was built without it", () => {
  const failed = makeResult("offline", "one", [], { worked: false, detail: "no answer" })
  const { scenarios, executables } = makeReport([])
  const needy = scenarios.map((scenario) => ({ ...scenario, needs: ["a-patch"] }))
  const without = executables.map((executable) => ({ ...executable, leftOut: ["a-patch"] }))
  expect(linesOf([failed], { scenarios: needy })).toHaveLength(1)
  expect(linesOf([failed], { scenarios: needy, executables: without })).toEqual([])
  const leak = makeResult("offline", "one", [makeAttempt({ name: "leak.example" })])
  expect(linesOf([leak], { scenarios: needy, executables: without })).toHaveLength(1)
})

test("a host is no finding where its scenario allows it, and one everywhere else", () => {
  const attempts = [makeAttempt({ name: "llm.example" })]
  expect(linesOf([makeResult("offline", "two", attempts)])).toEqual([])
  expect(linesOf([makeResult("offline", "one", attempts)])).toHaveLength(1)
  expect(linesOf([makeResult("offline", "two", [makeAttempt({ name: "not-llm.example" })])])).toHaveLength(1)
})

test("an attempt without a name counts by its address, one that is not IP counts too", () => {
  const attempts = [
    { ...makeAttempt({ name: "" }), name: undefined, address: "203.0.113.7" },
    { at: 1, protocol: "other", packets: 1, bytes: 20 },
  ]
  expect(linesOf([makeResult("offline", "two", attempts)])).toEqual([
    "offline tried 203.0.113.7 tcp/443: The second (answer)",
    "offline tried not IP other: The second (answer)",
  ])
})

test("a job that needs no network must be done offline; one that does, or upstream's, need not", () => {
  const failed = { worked: false, detail: "no answer" }
  expect(linesOf([makeResult("offline", "one", [], failed)])).toEqual([
    "offline did not do its job: The first (answer): no answer",
  ])
  expect(linesOf([makeResult("offline", "two", [], failed), makeResult("stock", "one", [], failed)])).toEqual(
    [],
  )
})

test("all hosts that upstream's release is known to try must be seen in each mode, when all scenarios were run", () => {
  const attempts = (...names: string[]) => names.map((name) => makeAttempt({ name }))
  const dropped = { mode: "drop" as const }
  const results = [
    makeResult("stock", "one", attempts("models.dev", "registry.example", "github.com"), dropped),
    makeResult("stock", "two", attempts("opncd.ai"), dropped),
    makeResult("offline", "two", attempts("app.opencode.ai"), { mode: "answer" }),
  ]
  const missing = (mode: string) => (line: string) =>
    line.includes("was not seen to try") && line.includes(mode)
  const lines = linesOf(results, { allScenarios: true })
  expect(lines.filter(missing("drop"))).toEqual([
    "stock was not seen to try app.opencode.ai, which it is known to (drop)",
  ])
  expect(lines.filter(missing("answer"))).toHaveLength(7)
  expect(linesOf(results).filter(missing(""))).toEqual([])
})

const CUT_OFF = { worked: false, detail: "time limit: …", notMeasured: "time limit: …" }

test("what a time limit cut off was not measured, whichever it is, and is no word on its job", () => {
  expect(
    linesOf([makeResult("offline", "one", [], CUT_OFF), makeResult("stock", "two", [], CUT_OFF)]),
  ).toEqual([
    "offline was not measured, however often it was tried: The first (answer): time limit: …",
    "stock was not measured, however often it was tried: The second (answer): time limit: …",
  ])
})

test("what one that was cut off has tried counts all the same", () => {
  const report = makeReport([makeResult("offline", "one", [makeAttempt({ name: "leak.example" })], CUT_OFF)])
  const findings = findFindings(report, known)
  expect(findings.map(({ kind }) => kind)).toEqual(["tried", "not-measured"])
})

test("no host is missing in a mode in which a run of upstream's release was not measured", () => {
  const kinds = (results: ReportedResult[]) =>
    findFindings(makeReport(results, { allScenarios: true }), known).map(
      ({ kind, mode }) => `${kind} ${mode}`,
    )
  const found = kinds([
    makeResult("stock", "one", [], { ...CUT_OFF, mode: "answer" }),
    makeResult("stock", "two", [], { mode: "answer" }),
    makeResult("stock", "one", [], { mode: "drop" }),
  ])
  expect(new Set(found)).toEqual(new Set(["not-measured answer", "not-seen drop"]))
})

test("of an executable that is not the pin's release it is not known what it tries", () => {
  const [stock, offline] = makeReport([]).executables
  const executables = [{ ...stock!, isPinnedStock: false }, offline!]
  expect(linesOf([makeResult("stock", "one")], { allScenarios: true, executables })).toEqual([])
})
