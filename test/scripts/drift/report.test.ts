import { expect, test } from "bun:test"
import type { Attempt } from "../../../scripts/drift/attempt.ts"
import { printDocsTable } from "../../../scripts/drift/docs-table.ts"
import { isFine, isGreen, printAttempts } from "../../../scripts/drift/report.ts"
import type { Verdict } from "../../../scripts/drift/try-series.ts"
import type { NamedPatch } from "../../../scripts/patching/apply.ts"

const attempt = (upstream: string, verdict: Verdict["verdict"], more: Partial<Attempt> = {}): Attempt => ({
  upstream,
  source: "release",
  by: "drift.json",
  bun: "1.3.14",
  shape: "minified chunks",
  verdicts: [{ patch: "a", level: "required", verdict, places: 0, why: "it found 0" }],
  newHosts: [],
  ...more,
})

const level = (of: Attempt, level: Verdict["level"]): Attempt => ({
  ...of,
  verdicts: of.verdicts.map((one) => ({ ...one, level })),
})

test.each([
  ["applies", true, true],
  ["none", true, true],
  ["refused", false, true],
  ["formless", false, true],
] as const)(
  "a patch that %s: green is %p when it is required, %p when it is optional",
  (verdict, required, optional) => {
    expect(isGreen(attempt("1.0.0", verdict))).toBe(required)
    expect(isGreen(level(attempt("1.0.0", verdict), "optional"))).toBe(optional)
  },
)

test("an upstream that cannot be read is not green, and one with a new host is green and not fine", () => {
  expect(isGreen(attempt("1.0.0", "applies", { unreadable: "why" }))).toBe(false)
  const other = attempt("1.0.0", "applies", { newHosts: ["new.example"] })
  expect([isGreen(other), isFine(other)]).toEqual([true, false])
})

const many = [
  attempt("1.0.0", "none", { shape: "readable bundles" }),
  attempt("1.1.0", "applies"),
  attempt("1.2.0", "applies"),
  attempt("1.3.1", "applies"),
  attempt("1.4.0", "refused"),
  attempt("1.5.0", "refused", { by: "the registry" }),
  attempt("1.6.0", "formless", { newHosts: ["new.example"] }),
]

test("releases in a row are said shortly, and so is why they refuse a patch", () => {
  const text = printAttempts(many, (upstream) => upstream !== "1.0.0")
  expect(text).toContain(
    "a  required  not needed 1.0.0; applies 1.1.0–1.3.1; REFUSED 1.4.0, 1.5.0; NO FORM 1.6.0\n",
  )
  expect(text).toContain("\n1.4.0, 1.5.0 refuses a: it found 0\n")
  expect(text).toContain("\nnew host new.example in the code of 1.6.0\n")
  expect(text).toMatch(/^✖ {2}1\.5\.0 .* by the registry: not recorded +must be green$/m)
  expect(text).toContain(
    "\nnext: npm run drift -- 1.6.0 --keep /tmp/upstream, and mend patches/a.ts for 1.6.0",
  )
  expect(text).toContain("\nnext: npm run drift -- --record")
  expect(printAttempts(many, () => false)).not.toContain("\nnext: npm")
  expect(text).toMatch(/^✔ {2}1\.0\.0 .* by drift\.json$/m)
})

test("the table of the docs has a column for each form of code", () => {
  const series = [
    { name: "a", level: "required", range: "<2" },
    { name: "b", level: "required", range: "*", kind: "build" },
  ] as NamedPatch[]
  expect(
    printDocsTable(many, series),
  ).toBe(`| patch | level | needed in | readable bundles: 1.0.0 | minified chunks: 6, 1.1.0–1.6.0 |
| --- | --- | --- | --- | --- |
| \`a\` | required | \`<2\` | – | 1.1.0–1.3.1; **refused** 1.4.0, 1.5.0; **no form** 1.6.0 |
| \`b\` | required | the git source | – | – |`)
})
