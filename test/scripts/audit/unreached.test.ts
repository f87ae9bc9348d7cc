import { expect, test } from "bun:test"
import { printHtml } from "../../../scripts/audit/html/page.ts"
import { printMarkdown } from "../../../scripts/audit/print-markdown.ts"
import { findUnreached, type HostsInCode } from "../../../scripts/audit/unreached.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"

const said = { scenario: undefined, unreached: undefined }
const inCode: HostsInCode = {
  hosts: ["api.seen.example", "docs.link.example", "new.example", "reached.example", "*.computed.example"],
  known: {
    "api.seen.example": { ...said, what: "dialled by `one`", scenario: "one" },
    "*.computed.example": { ...said, what: "dialled for models", unreached: "needs a key <of> it" },
    "reached.example": { ...said, what: "dialled by `two`", scenario: "two" },
    "docs.link.example": { ...said, what: "link" },
  },
}

test("what upstream's own did not try is named with what is said of it, and what it tried is not", () => {
  const report = makeReport([
    makeResult("stock", "one", [makeAttempt({ name: "api.seen.example" })]),
    makeResult("offline", "one", [makeAttempt({ name: "reached.example" })]),
  ])
  expect(findUnreached(report, inCode)).toEqual([
    { host: "docs.link.example", what: "link" },
    {
      host: "new.example",
      what: "not described in pins/hosts-in-code.json",
      why: "nobody has said what it is",
    },
    {
      host: "reached.example",
      what: "dialled by `two`",
      why: "the scenario two reaches it on other releases, or in other networks",
    },
    { host: "*.computed.example", what: "dialled for models", why: "needs a key <of> it" },
  ])
})

test("a host with a computed part was reached when one that fits was tried, and only then", () => {
  const trying = (name: string) =>
    findUnreached(makeReport([makeResult("stock", "one", [makeAttempt({ name })])]), inCode).map(
      ({ host }) => host,
    )
  expect(trying("eu.computed.example")).not.toContain("*.computed.example")
  for (const name of ["computed.example", "eu.computed.example.org", "euxcomputed.example"])
    expect(trying(name)).toContain("*.computed.example")
})

test("the reports name them, and say nothing where it would say nothing", () => {
  const results = ["one", "two"].flatMap((name) => [makeResult("stock", name), makeResult("offline", name)])
  const without = makeReport(results)
  const report = { ...without, unreached: findUnreached(without, inCode) }
  const page = printHtml(report)
  expect(page).toContain("<p>4 hosts that its code can dial were not tried here")
  expect(page).toContain(
    "<tr><th>*.computed.example</th><td>dialled for models</td><td>needs a key &lt;of&gt; it</td></tr>",
  )
  expect(printMarkdown(report)).toContain("| `reached.example` | the scenario two reaches it")
  for (const text of [printHtml(without), printMarkdown(without)])
    expect(text).not.toContain("no scenario reached")
})
