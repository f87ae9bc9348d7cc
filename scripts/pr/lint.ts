import { boxesOf, HEADINGS, sectionOf } from "./body-text.ts"

/** Which titles upstream's bots take, and for which types they ask for no issue. */
const TITLE = /^(feat|fix|docs|chore|refactor|test)\s*(\([a-zA-Z0-9-]+\))?\s*:/
const WITHOUT_ISSUE = ["docs", "refactor", "feat"]

/** GitHub links an issue by these words only, and the bots count the links. */
const CLOSES = /\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+#\d+\b/i

/** How the template's own words for the section begin; a body that holds little else was not filled in. */
const PLACEHOLDER = /^.*Please provide a description of the issue.*$/gm
const EMPHASISED = /^\s*(\*\*.*\*\*|_.*_)\s*$/gm
const FEWEST_LETTERS = 20

/**
 * What upstream's bots would close a pull request for within two hours. Where they are lax, this is not: exactly one
 * type is ticked, every box of the checklist is, and a comment is no content.
 * @returns a line each; none when it would be taken
 */
export function lint({ title, body }: { title: string; body: string }): string[] {
  const missing = Object.values(HEADINGS).filter((heading) => sectionOf(body, heading) === undefined)
  return [
    ...missing.map((heading) => `the section "### ${heading}" is missing`),
    ...lintTitle(title),
    ...lintIssue(title, body),
    ...lintType(body),
    ...lintContent(body),
    ...lintChecklist(body),
  ]
}

function lintTitle(title: string): string[] {
  return TITLE.test(title) ? [] : [`the title ${JSON.stringify(title)} does not match ${TITLE.source}`]
}

function lintIssue(title: string, body: string): string[] {
  const section = sectionOf(body, HEADINGS.issue)
  const type = TITLE.exec(title)?.[1] ?? ""
  if (section === undefined || WITHOUT_ISSUE.includes(type) || CLOSES.test(withoutComments(section)))
    return []
  return [
    `"${HEADINGS.issue}" closes no issue ("Closes #123"), which all but ${WITHOUT_ISSUE.join(", ")} must`,
  ]
}

function lintType(body: string): string[] {
  const section = sectionOf(body, HEADINGS.type)
  if (section === undefined) return []
  const ticked = boxesOf(withoutComments(section)).filter((box) => box.ticked)
  return ticked.length === 1 ? [] : [`"${HEADINGS.type}" has ${ticked.length} boxes ticked, not one`]
}

function lintContent(body: string): string[] {
  const what = sectionOf(body, HEADINGS.what)
  const verified = sectionOf(body, HEADINGS.verified)
  const own = withoutComments(what ?? "")
    .replace(PLACEHOLDER, "")
    .replace(EMPHASISED, "")
  return [
    ...(what !== undefined && own.replace(/[*\s]/g, "").length < FEWEST_LETTERS
      ? [`"${HEADINGS.what}" is empty, or holds only the template's own words`]
      : []),
    ...(verified !== undefined && withoutComments(verified) === ""
      ? [`"${HEADINGS.verified}" is empty`]
      : []),
  ]
}

function lintChecklist(body: string): string[] {
  const section = sectionOf(body, HEADINGS.checklist)
  if (section === undefined) return []
  const boxes = boxesOf(withoutComments(section))
  const ticked = boxes.filter((box) => box.ticked).length
  if (ticked >= 2 && ticked === boxes.length) return []
  return [
    `"${HEADINGS.checklist}" has ${ticked} of ${boxes.length} boxes ticked; all must be, and two at least: they are yours to tick, when you have done what they say`,
  ]
}

function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, "").trim()
}
