import { type Markup, markup } from "./html/markup.ts"
import { describeWork, type Report, type ReportedResult } from "./report.ts"

/**
 * The results as JUnit's XML, as GitLab, Jenkins and GitHub's reporters read it: a suite for each executable and network, a
 * case for each scenario. A finding is a failure, what was not measured an error. One that belongs to no scenario is a case
 * of its own.
 */
export function printJUnit(report: Report): string {
  const suites = report.executables.flatMap(({ id }) =>
    [...new Set(report.results.map(({ mode }) => mode))].map((mode) => printSuite(report, id, mode)),
  )
  const others = report.findings.filter(({ scenario }) => scenario === undefined)
  const rest =
    others.length === 0
      ? ""
      : markup`<testsuite name="the measurement" tests="${others.length}" failures="${others.length}">
${others.map(({ kind, line }) => markup`<testcase classname="the measurement" name="${kind}"><failure message="${line}"/></testcase>\n`)}</testsuite>\n`
  const text = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="audit of OpenCode ${report.upstream}" time="${seconds(report.ms)}">
${suites}${rest}</testsuites>
`.text
  return printable(text)
}

function printSuite(report: Report, id: string, mode: string): Markup {
  const own = report.results.filter((result) => result.executable === id && result.mode === mode)
  const cases = own.map((result) => ({ result, found: findingsOf(report, result) }))
  const failures = cases.filter(
    ({ result, found }) => result.notMeasured === undefined && found.length > 0,
  ).length
  const errors = cases.filter(({ result }) => result.notMeasured !== undefined).length
  return markup`<testsuite name="${id}, ${mode}" tests="${cases.length}" failures="${failures}" errors="${errors}" timestamp="${report.startedAt}">
${cases.map(({ result, found }) => printCase(report, result, found))}</testsuite>
`
}

function findingsOf(report: Report, { executable, scenario, mode }: ReportedResult): string[] {
  return report.findings
    .filter((one) => one.executable === executable && one.scenario === scenario && one.mode === mode)
    .map(({ line }) => line)
}

function printCase(report: Report, result: ReportedResult, found: string[]): Markup {
  const { title } = report.scenarios.find(({ name }) => name === result.scenario)!
  const kind = result.notMeasured === undefined ? "failure" : "error"
  const inner =
    found.length > 0
      ? found.map((line) => markup`<${{ text: kind }} message="${line}"/>`)
      : markup`<system-out>did its job: ${describeWork(result)}. ${result.detail}</system-out>`
  return markup`<testcase classname="${result.executable}.${result.mode}" name="${title}" time="${seconds(result.ms)}">${inner}</testcase>
`
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)

/** What XML 1.0 has no way to write is left out. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "")
}
