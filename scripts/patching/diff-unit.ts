import { formatPatch, type StructuredPatch, structuredPatch } from "diff"

const CONTEXT = 3

/**
 * A unified diff of two texts that are mostly the same. Only what lies between their common beginning and their common
 * end is compared, because a text may be a bundled file of twenty thousand lines.
 * @param path the name in the headers, behind `a/` and `b/`
 * @param above how many lines there are ahead of both texts
 */
export function diffText(path: string, before: string, after: string, above = 0): string {
  const start = back(before, commonStart(before, after), CONTEXT)
  const common = commonEnd(before, after, start)
  const end = forward(before, before.length - common, CONTEXT)
  const cut = before.length - end
  const options = { context: CONTEXT }
  const [old, next] = [before.slice(start, end), after.slice(start, after.length - cut)]
  // Line by line, long text that is taken out would be looked for in what takes its place.
  const isTakenOut = old.length > LONG && next.length < SHORT && old.endsWith("\n") && next.endsWith("\n")
  const patch = isTakenOut
    ? takenOut(`a/${path}`, `b/${path}`, linesOf(old), linesOf(next))
    : structuredPatch(`a/${path}`, `b/${path}`, old, next, "", "", options)
  const lines = above + countLines(before.slice(0, start))
  for (const hunk of patch.hunks) {
    hunk.oldStart += lines
    hunk.newStart += lines
  }
  return formatPatch(patch)
}

const [LONG, SHORT] = [100_000, 10_000]
const linesOf = (text: string) => text.slice(0, -1).split("\n")

/** A diff in which all lines are others but the first and the last, as far as they are context. */
function takenOut(oldFileName: string, newFileName: string, old: string[], next: string[]): StructuredPatch {
  let [head, tail] = [0, 0]
  while (head < CONTEXT && head < next.length && old[head] === next[head]) head++
  while (tail < CONTEXT && tail < next.length - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++
  const of = (sign: string, lines: string[]) => lines.map((line) => sign + line)
  const lines = [
    ...of(" ", old.slice(0, head)),
    ...of("-", old.slice(head, old.length - tail)),
    ...of("+", next.slice(head, next.length - tail)),
    ...of(" ", old.slice(old.length - tail)),
  ]
  const hunk = { oldStart: 1, oldLines: old.length, newStart: 1, newLines: next.length, lines }
  return { oldFileName, newFileName, oldHeader: "", newHeader: "", index: undefined, hunks: [hunk] }
}

/**
 * A diff of minified texts, in which each statement is taken for a line, and of what is taken out in one piece only the
 * beginning and the end are shown. For people: the texts themselves have not those lines, so `patch` cannot apply it.
 */
export function diffMinified(path: string, before: string, after: string): string {
  const { start, end, above } = differing(before, after)
  const moved = after.length - before.length
  const [old, text] = [asLines(before.slice(start, end)), asLines(after.slice(start, end + moved))]
  return shorten(diffText(path, old, text, above))
}

/** More lines than are shown around a change. */
const AROUND = CONTEXT + 5

/** The part of a minified text, in whole lines, outside of which the texts are the same: to break all of it takes longer. */
function differing(before: string, after: string): { start: number; end: number; above: number } {
  const same = commonStart(before, after)
  let start = same
  for (let line = 0; line < AROUND && start > 0; line++) {
    start--
    while (start > 0 && !isBreak(before, start)) start--
  }
  let end = before.length - commonEnd(before, after, same)
  for (let line = 0; line < AROUND && end < before.length; line++) {
    end++
    while (end < before.length && !isBreak(before, end)) end++
  }
  return { start, end, above: countBreaks(before, start) }
}

function countBreaks(text: string, end: number): number {
  let count = 0
  for (let at = 1; at <= end; at++) if (isBreak(text, at)) count++
  return count
}

/** Whether {@link asLines} has the end of a line there. */
function isBreak(text: string, at: number): boolean {
  const char = text.charCodeAt(at - 1)
  if (char === LINE_END) return true
  return (char === SEMICOLON || char === OPEN || char === CLOSE) && text.charCodeAt(at) !== LINE_END
}

const [LINE_END, SEMICOLON, OPEN, CLOSE] = [10, 59, 123, 125]

/** So many lines are shown of each end of a long removal. */
const SHOWN = 20

function shorten(diff: string): string {
  return diff.replace(/(?:^-.*\n)+/gm, (removed) => {
    const lines = removed.split("\n")
    const left = lines.length - 1 - 2 * SHOWN
    if (left <= SHOWN) return removed
    return [...lines.slice(0, SHOWN), `-[${left} more lines]`, ...lines.slice(-SHOWN - 1)].join("\n")
  })
}

/** Broken behind what ends a statement or begins a block, wherever it stands. */
function asLines(text: string): string {
  return text.replace(/[;{}](?!\n)/g, "$&\n")
}

function commonStart(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}

function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start
  let count = 0
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count++
  return count
}

/** The start of the line that is `lines` above the one that `at` is in. */
function back(text: string, at: number, lines: number): number {
  let start = at
  for (let line = 0; line <= lines; line++) {
    if (start <= 0) return 0
    start = text.lastIndexOf("\n", start - 1)
  }
  return start + 1
}

/** The end of the line that is `lines` below the one that `at` is in. */
function forward(text: string, at: number, lines: number): number {
  let end = at - 1
  for (let line = 0; line <= lines; line++) {
    end = text.indexOf("\n", end + 1)
    if (end < 0) return text.length
  }
  return end + 1
}

function countLines(text: string): number {
  return text.split("\n").length - 1
}
