import { expect, test } from "bun:test"
import { printHtml } from "../../../scripts/audit/html/page.ts"
import { printJUnit } from "../../../scripts/audit/print-junit.ts"
import { printMarkdown } from "../../../scripts/audit/print-markdown.ts"
import { printSarif } from "../../../scripts/audit/print-sarif.ts"
import type { Report } from "../../../scripts/audit/report.ts"
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
  // Its own two are all: the data, and the script whose hash its policy names.
  expect(page.match(/<\/?script/g)).toEqual(["<script", "</script", "<script", "</script"])
  expect(page).not.toMatch(/<(img|b>\n)/)
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
  expect(page).toContain('<b class="mark unknown">?</b>')
  expect(page).toContain("offline: not measured")
  expect(page).toContain("<li>The first (drop): offline not measured</li>")
  expect(summarize(report, "out")).toContain("The first: stock 500 ms, offline not measured")
  const alone = printHtml(makeReport([makeResult("offline", "one", [], cutOff)]))
  expect(alone).toContain("<p>1 not measured.</p>")
  expect(alone).not.toContain("Nothing was tried")
})

test("the page refers to nothing but the pcap files", () => {
  const links = [...printHtml(hostile).matchAll(/(?:href|src)="([^"]*)"|url\(([^)]*)\)/g)]
  expect(new Set(links.map(([, link]) => link))).toEqual(
    new Set(["pcap/a.pcap", "#scenario-one", "#scenario-two"]),
  )
})

test("the verdict stands first, as one sentence with what was run and what left", () => {
  const heading = (report: Report) => /<h1[^>]*>(.*)<\/h1>/.exec(printHtml(report))![1]!
  const attempt = makeAttempt({ name: "llm.example" })
  const good = makeReport([makeResult("stock", "one", [attempt]), makeResult("offline", "one")])
  expect(heading(good)).toBe("0 packets left this machine: 2 scenarios, 1 network")
  const allowed = makeReport([makeResult("offline", "two", [attempt])])
  expect(heading(allowed)).toStartWith("0 packets left this machine, 4 more to what a policy allows: ")
  const finding = { kind: "tried", executable: "offline", line: "offline tried llm.example" } as const
  const bad = makeReport([makeResult("offline", "one", [attempt])], { findings: [finding] })
  expect(heading(bad)).toBe("1 finding: 2 scenarios, 1 network, 4 packets left this machine")
  const cut = makeReport([makeResult("offline", "one", [], { incomplete: "the recorder ended" })])
  expect(heading(cut)).toStartWith("Not all was recorded: 1 run")
})

test("what the report says nothing about is named", () => {
  const notRun = [{ title: "The third", why: "was not named" }]
  const both = makeReport([makeResult("offline", "one")], { notRun })
  const alone = { ...both, executables: both.executables.filter(({ id }) => id === "offline") }
  const listed = [...printHtml(alone).matchAll(/<li>(.*?)<\/li>/g)].map(([, line]) => line)
  for (const line of [
    "The network in which packets are dropped: not run (--mode drop)",
    "The third: not run, it was not named",
    "Upstream&#x27;s own executable was not run beside it, so nothing shows what the recorder sees",
  ])
    expect(listed).toContain(line)
  expect(printHtml(both)).not.toContain("was not run beside it")
})

test("a pipeline reads findings as failures, what was not measured as an error, and nothing as neither", async () => {
  const finding = { kind: "tried", executable: "offline", scenario: "one", mode: "answer" } as const
  const cutOff = { worked: false, notMeasured: "time limit" }
  const report = makeReport(
    [
      makeResult("stock", "one", [], { detail: "\u001b[31m<red>" }),
      makeResult("offline", "one"),
      makeResult("offline", "two", [], cutOff),
    ],
    {
      findings: [
        { ...finding, line: `offline tried "a" & <b>` },
        { ...finding, kind: "not-measured", scenario: "two", line: "offline was not measured" },
        { kind: "not-seen", executable: "stock", line: "stock was not seen to try a host" },
      ],
    },
  )
  const cases: Record<string, string[]> = {}
  let current = ""
  const take = (element: HTMLRewriterTypes.Element) => {
    if (element.tagName === "testcase") {
      current = element.getAttribute("name")!
      cases[current] ??= []
    } else cases[current]!.push(`${element.tagName}: ${element.getAttribute("message")}`)
  }
  const xml = printJUnit(report)
  new HTMLRewriter().on("testcase, failure, error", { element: take }).transform(xml)
  expect(cases).toEqual({
    "The first": ["failure: offline tried &quot;a&quot; &amp; &lt;b&gt;"],
    "The second": ["error: offline was not measured"],
    "not-seen": ["failure: stock was not seen to try a host"],
  })
  expect(xml).not.toContain("\u001b")
  const { runs } = JSON.parse(printSarif(report))
  expect(runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
    "tried",
    "not-measured",
    "not-seen",
  ])
  expect(JSON.parse(printSarif({ ...report, findings: [] })).runs[0].results).toEqual([])
})
