/** A part of a text, by its offsets. */
export interface Span {
  start: number
  end: number
}

const quoted = (quote: string) => String.raw`${quote}[^${quote}\\\n\r]*(?:\\[^][^${quote}\\\n\r]*)*${quote}`
const STRING = `${quoted('"')}|${quoted("'")}`
const TEMPLATE = String.raw`\`[^\`\\$]*(?:(?:\\[^]|\$(?!\{))[^\`\\$]*)*\``
const NUMBER = String.raw`-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const KEY = new RegExp(String.raw`(?:${STRING}|[A-Za-z_$][\w$]*|\d+):`, "y")
const SCALAR = new RegExp(
  String.raw`(?:${STRING}|${TEMPLATE}|${NUMBER}|![01]|void 0|true|false|null)(?=[,\]}])`,
  "y",
)

/**
 * Reads where an object literal of plain data ends and where its entries are, each with the comma behind it; for one that
 * is too large to be parsed. Plain data is objects, lists, strings, numbers and what a minifier makes of other values, all
 * without blanks. Whether the bracket at `start` begins an object is for the caller to know.
 * @returns undefined when there is anything else in it
 */
export function readDataLiteral(text: string, start: number): { end: number; entries: Span[] } | undefined {
  const entries: Span[] = []
  if (text[start] !== "{") return undefined
  const end = endOfList(text, start, (entry) => entries.push(entry))
  return end === undefined ? undefined : { end, entries }
}

/** @returns the offset behind the bracket that ends an object or a list */
function endOfList(text: string, start: number, onEntry?: (entry: Span) => void): number | undefined {
  const closing = text[start] === "{" ? "}" : "]"
  let entry = start + 1
  if (text[entry] === closing) return entry + 1
  for (;;) {
    const value = closing === "}" ? endOf(KEY, text, entry) : entry
    const end = value === undefined ? undefined : endOfValue(text, value)
    if (end === undefined || (text[end] !== "," && text[end] !== closing)) return undefined
    const next = text[end] === "," ? end + 1 : end
    onEntry?.({ start: entry, end: next })
    if (text[end] === closing) return end + 1
    entry = next
  }
}

function endOfValue(text: string, start: number): number | undefined {
  const first = text[start]
  return first === "{" || first === "[" ? endOfList(text, start) : endOf(SCALAR, text, start)
}

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : undefined
}
