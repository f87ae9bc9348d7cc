import { expect, test } from "bun:test"
import { printHostTable, readHostTable, replaceTable } from "../../../scripts/audit/host-table.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"

const results = [
  makeResult("stock", "one", [makeAttempt({ name: "models.dev" }), makeAttempt({ name: "models.dev" })]),
  makeResult("stock", "two", [
    makeAttempt({ name: "models.dev" }),
    makeAttempt({ name: "registry.npm.example" }),
  ]),
  makeResult("offline", "one"),
  makeResult("offline", "two", [makeAttempt({ name: "models.dev" })]),
]

test("each host has a line with the scenarios in which it was tried, registries by what they are", () => {
  expect(printHostTable(makeReport(results, { allScenarios: true }))).toBe(
    [
      "| host | upstream's 1.0.0 tries it in | here, offline |",
      "|---|---|---|",
      "| models.dev | most scenarios | The second |",
      "| the npm registry | The second | not tried |",
    ].join("\n"),
  )
})

test("what a table says of a scenario stands only when that scenario did not do its job", () => {
  const stated = printHostTable(makeReport(results, { allScenarios: true }))
  const table = readHostTable(replaceTable("<!-- made by npm run audit-table --><!-- end -->", stated))
  const [one, , ...offline] = results
  const again = (worked: boolean) => {
    const report = makeReport([one!, makeResult("stock", "two", [], { worked }), ...offline], {
      allScenarios: true,
    })
    return printHostTable(report, table)
  }
  expect(again(false)).toContain("| the npm registry | The second | not tried |")
  expect(again(true)).not.toContain("the npm registry")
})

test("a report of some scenarios only, or of one executable, gives no table", () => {
  expect(() => printHostTable(makeReport(results))).toThrow("does not have all")
  const executables = makeReport([]).executables.slice(1)
  expect(() => printHostTable(makeReport(results, { allScenarios: true, executables }))).toThrow(
    "does not have all",
  )
})

test("the table stands between its markers, and what is around them stays", () => {
  const text = "before\n<!-- made by npm run audit-table -->\nold\n<!-- end -->\nafter\n"
  const replaced = "before\n<!-- made by npm run audit-table -->\n\nNEW\n\n<!-- end -->\nafter\n"
  expect(replaceTable(text, "NEW")).toBe(replaced)
  expect(replaceTable(replaced, "NEW")).toBe(replaced)
  expect(() => replaceTable("no markers", "NEW")).toThrow("no place for the table")
})
