import { expect, test } from "bun:test"
import { printHtml } from "../../../scripts/audit/print-html.ts"
import { printMarkdown } from "../../../scripts/audit/print-markdown.ts"
import { summarize } from "../../../scripts/audit/summarize.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"

const hostile = makeReport(
  [
    makeResult("stock", "one", [makeAttempt({ name: "<script>x</script>", what: `http GET "><img src=x>` })]),
    makeResult("offline", "one", [], { worked: false, detail: "a | b\n<b>" }),
    makeResult("stock", "two"),
    makeResult("offline", "two"),
  ],
  { findings: [{ kind: "tried", executable: "offline", line: "offline tried <script>" }] },
)

test("what programs send cannot become markup of the page, nor break a row of the Markdown table", () => {
  const page = printHtml(hostile)
  expect(page).toContain("&lt;script&gt;x&lt;/script&gt;")
  expect(page).not.toMatch(/<(script|img|b>\n)/)
  expect(printMarkdown(hostile)).not.toMatch(/<(script|b)/)
})

test("what was not measured is called that everywhere, and neither idle nor a failure", () => {
  const cutOff = {
    worked: false,
    detail: "time limit: …",
    notMeasured: "time limit: …",
    mode: "drop",
  } as const
  const others = { mode: "drop" } as const
  const report = makeReport([
    makeResult("stock", "one", [makeAttempt({ name: "seen.example" })], others),
    makeResult("offline", "one", [], cutOff),
    makeResult("stock", "two", [], others),
    makeResult("offline", "two", [], others),
  ])
  expect(printMarkdown(report)).toContain(
    "| The first | seen.example | yes | 500 ms | not measured | not measured |",
  )
  const page = printHtml(report)
  expect(page).toContain('<td class="bad" title="not measured">?</td>')
  expect(page).toContain("<td>not measured</td>")
  expect(summarize(report, "out")).toContain("The first: stock 500 ms, offline not measured")
  const alone = printHtml(makeReport([makeResult("offline", "one", [], cutOff)]))
  expect(alone).toContain("<p>1 not measured.</p>")
  expect(alone).not.toContain("Nothing was tried")
})

test("the page refers to nothing but the pcap files", () => {
  const links = [...printHtml(hostile).matchAll(/(?:href|src)="([^"]*)"|url\(([^)]*)\)/g)]
  expect(links.length).toBeGreaterThan(0)
  expect(new Set(links.map(([, link]) => link))).toEqual(new Set(["pcap/a.pcap"]))
})
