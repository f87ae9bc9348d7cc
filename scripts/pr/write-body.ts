import { Failure } from "../lib/errors.ts"
import { HEADINGS, splitBody, tick } from "./body-text.ts"
import type { Branch, FileChange } from "./make-branch.ts"
import type { NamedPullRequest } from "./pull-request.ts"

/** Where upstream keeps its template. */
export const TEMPLATE = ".github/pull_request_template.md"

export interface BodyInput extends Pick<Branch, "template" | "commits" | "below" | "changes"> {
  request: NamedPullRequest
  /** The issue that is closed, instead of the first of the pull request's. */
  issue?: number
  /** A Markdown table: a build without this change and one with it; undefined to leave it out. */
  figures: string | undefined
}

/** By the type in the title, what the box to be ticked is called. */
const BOXES: Record<string, RegExp> = {
  feat: /feature/i,
  fix: /bug/i,
  docs: /doc/i,
  chore: /refactor/i,
  refactor: /refactor/i,
  test: /refactor/i,
}

/**
 * Fills the repository's own template in. What only a person can say stays open: the checklist, and that they tried it.
 * @throws Failure when the template lacks a section, or a box for this type of change
 */
export function writeBody(input: BodyInput): string {
  if (input.template === undefined) return [describe(input), verification(input), ""].join("\n\n")
  const { before, sections } = splitBody(input.template)
  const texts = fill(input)
  const missing = Object.values(HEADINGS).find((heading) => !sections.some((one) => one.heading === heading))
  if (missing) throw unknownTemplate(`it has no section ${JSON.stringify(missing)}`)
  const filled = sections.map(({ line, heading, text }) => `${line}\n\n${texts[heading]?.(text) ?? text}`)
  return `${[before, ...filled].filter(Boolean).join("\n\n")}\n`
}

/** By its heading, what a section becomes; the checklist is the person's. */
function fill(input: BodyInput): Record<string, (text: string) => string> {
  const type = /^[a-z]+/.exec(input.request.subject)![0]
  return {
    [HEADINGS.issue]: () => issues(input.request, input.issue),
    [HEADINGS.type]: (text) => tickType(text, type),
    [HEADINGS.what]: () => describe(input),
    [HEADINGS.verified]: () => verification(input),
    [HEADINGS.screenshots]: () =>
      input.changes.some(({ file }) => file.endsWith(".tsx"))
        ? "To be added: this changes what the TUI shows."
        : "Not a UI change.",
  }
}

function issues({ closes, related }: NamedPullRequest, issue = closes[0]): string {
  const others = [...closes, ...related].filter((number) => number !== issue).map((number) => `#${number}`)
  return [
    issue === undefined ? "There is none yet." : `Closes #${issue}`,
    ...(others.length > 0 ? [`Related: ${others.join(", ")}`] : []),
  ].join("\n\n")
}

function tickType(text: string, type: string): string {
  const ticked = tick(text, (label) => BOXES[type]!.test(label))
  if (ticked !== text) return ticked
  throw unknownTemplate(`none of its types of change is one for ${type}`)
}

function describe({ request, commits, below, changes }: BodyInput): string {
  const parts = [request.why, ["What it touches:", "", ...changes.map(tellChange)].join("\n")]
  if (commits.length > 1) parts.push(["Commits:", "", ...commits.map((title) => `1. ${title}`)].join("\n"))
  if (below.length > 0)
    parts.push(
      [
        "It builds on these, whose commits come first:",
        "",
        ...below.map(({ subject }) => `- ${subject}`),
      ].join("\n"),
    )
  return parts.join("\n\n")
}

function tellChange({ file, added, removed }: FileChange): string {
  return `- \`${file}\`: +${added} −${removed}`
}

/** What was done and by whom: the test is written, the person has not run it yet. */
function verification({ changes, figures }: BodyInput): string {
  const tests = changes.map(({ file }) => file).filter(isTest)
  const parts = tests.length > 0 ? [`Tests: ${tests.map((file) => `\`${file}\``).join(", ")}`] : []
  if (figures !== undefined)
    parts.push(
      [
        "Two builds, made alike, without this change and with it, each run in network namespaces in which every packet is",
        "recorded, with no flag of this change set; in brackets, how many lookups and connections there were.",
        "",
        figures,
      ].join("\n"),
    )
  return parts.join("\n\n")
}

/** Whether a file is a test, as upstream names them. */
export function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file)
}

function unknownTemplate(why: string): Failure {
  return new Failure({
    what: `Upstream's ${TEMPLATE} is not one that can be filled in`,
    why,
    next: "compare it with HEADINGS in scripts/pr/body-text.ts and BOXES in scripts/pr/write-body.ts",
  })
}
