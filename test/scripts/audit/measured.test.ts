import { expect, test } from "bun:test"
import { findDeafness, findingsOf, findLosses, measure } from "../../../scripts/audit/measured.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"

const catalogue = makeAttempt({ name: "models.dev" })
const registry = makeAttempt({ name: "registry.npm.example" })

const results = [
  makeResult("stock", "one", [registry, catalogue, catalogue]),
  makeResult("offline", "one"),
  makeResult("stock", "two", [], { worked: false }),
  makeResult("offline", "two", [makeAttempt({ name: "leak.test" })], { worked: false }),
]

test("what was measured is, by scenario, whether the job was done and which hosts were tried", () => {
  expect(measure(makeReport(results))).toEqual({
    one: {
      stock: { job: "done", hosts: ["models.dev", "the npm registry"] },
      offline: { job: "done", hosts: [] },
    },
    two: {
      stock: { job: "not done", hosts: [] },
      offline: { job: "not done", hosts: ["leak.test"] },
    },
  })
})

test("a job that needs a patch which is not there was not asked", () => {
  const { scenarios, executables } = makeReport([])
  const report = makeReport(results, {
    scenarios: scenarios.map((scenario) => ({ ...scenario, needs: ["a-patch"] })),
    executables: executables.map((one) => ({ ...one, leftOut: one.id === "offline" ? ["a-patch"] : [] })),
  })
  expect(measure(report).two).toMatchObject({ stock: { job: "not done" }, offline: { job: "not asked" } })
})

test("a report of one executable gives nothing to state", () => {
  expect(() => measure(makeReport(results.filter(({ executable }) => executable === "stock")))).toThrow(
    "does not have all",
  )
})

test("a host that upstream's was measured to try and was not seen to is a line", () => {
  const stated = measure(makeReport(results))
  expect(findDeafness(stated, stated)).toEqual([])
  const deaf = measure(makeReport([makeResult("stock", "one", [catalogue]), ...results.slice(1)]))
  expect(findDeafness(stated, deaf)).toEqual([
    "stock was not seen to try the npm registry in one, which it was measured to",
  ])
  expect(findDeafness(deaf, stated)).toEqual([])
})

test("a job that upstream's does not do either is stated, and no finding; what was tried is one", () => {
  const found = (kind: "tried" | "did-not-work", scenario: string) => ({
    ...{ kind, scenario, executable: "offline", line: `${kind} ${scenario}` },
  })
  const report = makeReport(results)
  report.findings = [found("did-not-work", "one"), found("did-not-work", "two"), found("tried", "two")]
  expect(findingsOf(report, measure(report))).toEqual(["did-not-work one", "tried two"])
})

test("a job that was done offline and is not any more is a line", () => {
  const stated = measure(makeReport(results))
  expect(findLosses(stated, stated)).toEqual([])
  const lost = makeResult("offline", "one", [], { worked: false })
  const now = measure(makeReport([results[0]!, lost, ...results.slice(2)]))
  expect(findLosses(stated, now)).toEqual(["offline did not do its job in one, which it was measured to"])
})
