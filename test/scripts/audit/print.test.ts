import { expect, test } from "bun:test"
import { printHtml } from "../../../scripts/audit/print-html.ts"
import { printMarkdown } from "../../../scripts/audit/print-markdown.ts"
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

test("the page refers to nothing but the pcap files", () => {
  const links = [...printHtml(hostile).matchAll(/(?:href|src)="([^"]*)"|url\(([^)]*)\)/g)]
  expect(links.length).toBeGreaterThan(0)
  expect(new Set(links.map(([, link]) => link))).toEqual(new Set(["pcap/a.pcap"]))
})
