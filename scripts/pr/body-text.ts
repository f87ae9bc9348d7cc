/** One `### heading` of a pull request's body and what stands below it. */
export interface Section {
  /** The line as it stands there. */
  line: string
  heading: string
  text: string
}

export interface Box {
  ticked: boolean
  label: string
}

/** What upstream's template asks for. Its bots look for these headings, letter for letter. */
export const HEADINGS = {
  issue: "Issue for this PR",
  type: "Type of change",
  what: "What does this PR do?",
  verified: "How did you verify your code works?",
  screenshots: "Screenshots / recordings",
  checklist: "Checklist",
} as const

/**
 * Cuts a body as upstream's bots do: a section goes to the next `###`, wherever that stands, a code block included.
 * @returns what stands before the first heading, and the sections in their order
 */
export function splitBody(body: string): { before: string; sections: Section[] } {
  const parts = body.replaceAll("\r\n", "\n").split(/(?=(?<!#)###)/)
  const before = parts[0]?.startsWith("###") ? "" : (parts.shift() ?? "")
  const sections = parts.map((part) => {
    const [line = "", ...rest] = part.split("\n")
    return { line, heading: /^### (.*)$/.exec(line)?.[1]?.trim() ?? "", text: rest.join("\n").trim() }
  })
  return { before: before.trim(), sections }
}

/** The text of the first section of that heading; undefined when there is none. */
export function sectionOf(body: string, heading: string): string | undefined {
  return splitBody(body).sections.find((section) => section.heading === heading)?.text
}

/** The boxes of a task list. */
export function boxesOf(text: string): Box[] {
  return [...text.matchAll(BOX)].map(([, mark, label]) => ({ ticked: mark !== " ", label: label!.trim() }))
}

/** The text with those boxes ticked whose label is chosen. */
export function tick(text: string, chosen: (label: string) => boolean): string {
  return text.replace(BOX, (line, _mark, label: string) =>
    chosen(label.trim()) ? line.replace("[ ]", "[x]") : line,
  )
}

const BOX = /^- \[([ xX])\] (.*)$/gm
