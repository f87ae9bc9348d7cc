import { expect, test } from "bun:test"
import { findDeafness, measure } from "../../../scripts/audit/measured.ts"
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
