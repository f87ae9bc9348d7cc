import { Failure } from "../lib/errors.ts"
import type { NamedPatch } from "../patching/apply.ts"
import { HEADINGS, splitBody, tick } from "./body-text.ts"

/** Where upstream keeps its template. */
export const TEMPLATE = ".github/pull_request_template.md"

export interface BodyInput {
  /** Upstream's template, as it is at the base. */
  template: string
  patch: NamedPatch
  /** Titles of the branch's commits, in order. */
  commits: string[]
  /** The issue that is closed, instead of the patch's first. */
  issue?: number
  /** A Markdown table: stock against patched. */
  figures: string
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
 * Fills upstream's own template in; a section that is not known stays as it is.
 * @throws Failure when the template lacks a section, or a box for this type of change
 */
export function writeBody(input: BodyInput): string {
  const { before, sections } = splitBody(input.template)
  const texts = fill(input)
  const missing = Object.values(HEADINGS).find((heading) => !sections.some((one) => one.heading === heading))
  if (missing) throw unknownTemplate(`it has no section ${JSON.stringify(missing)}`)
  const filled = sections.map(({ line, heading, text }) => `${line}\n\n${texts[heading]?.(text) ?? text}`)
  return `${[before, ...filled].filter(Boolean).join("\n\n")}\n`
}

/** By its heading, what a section becomes. */
function fill({ patch, commits, issue, figures }: BodyInput): Record<string, (text: string) => string> {
  const type = /^[a-z]+/.exec(patch.subject)![0]
  return {
    [HEADINGS.issue]: () => issues(patch, issue),
    [HEADINGS.type]: (text) => tickType(text, type),
    [HEADINGS.what]: () => describe(patch, commits),
    [HEADINGS.verified]: () => verification(figures),
    [HEADINGS.screenshots]: () =>
      patch.edits.some(({ file }) => file.endsWith(".tsx"))
        ? "To be added: this changes what the TUI shows."
        : "Not a UI change.",
    [HEADINGS.checklist]: (text) => tick(text, () => true),
  }
}

function issues({ upstream }: NamedPatch, issue = upstream[0]): string {
  if (issue === undefined) return "There is none yet."
  const others = upstream.filter((number) => number !== issue).map((number) => `#${number}`)
  return [`Closes #${issue}`, ...(others.length > 0 ? [`Related: ${others.join(", ")}`] : [])].join("\n\n")
}

function tickType(text: string, type: string): string {
  const ticked = tick(text, (label) => BOXES[type]!.test(label))
  if (ticked !== text) return ticked
  throw unknownTemplate(`none of its types of change is one for ${type}`)
}

function describe({ why, whyPatch, edits }: NamedPatch, commits: string[]): string {
  const places = Map.groupBy(edits, ({ file }) => file)
  const list = [...places].map(([file, of]) => `- \`${file}\`: ${of.map(({ what }) => what).join("; ")}`)
  const parts = [why, whyPatch, ["What it touches:", "", ...list].join("\n")]
  if (commits.length > 1) parts.push(["Commits:", "", ...commits.map((title) => `1. ${title}`)].join("\n"))
  return parts.join("\n\n")
}

function verification(figures: string): string {
  return [
    "Upstream's release, and one with this change and the rest of its series with the switch on, each run in network",
    "namespaces in which every packet is recorded; in brackets, how often each host was tried.",
    "",
    figures,
  ].join("\n")
}

function unknownTemplate(why: string): Failure {
  return new Failure({
    what: `Upstream's ${TEMPLATE} is not one that can be filled in`,
    why,
    next: "compare it with HEADINGS in scripts/pr/body-text.ts and BOXES in scripts/pr/write-body.ts",
  })
}
