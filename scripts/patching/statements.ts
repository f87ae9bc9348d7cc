// A guess, made in one pass and without a parser: whoever uses it proves it (excerpt.ts).

/** Words after which a slash begins a regular expression. */
const BEFORE_REGEXP =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|instanceof|yield|await)$/

const code = (character: string) => character.charCodeAt(0)
const codes = (characters: string) => new Set([...characters].map(code))
const QUOTES = codes("\"'")
const BACKTICK = code("`")
const SLASH = code("/")
const BACKSLASH = code("\\")
const OPEN = code("{")
const CLOSE = code("}")
const SEMICOLON = code(";")
const OPENING = codes("([{")
const CLOSING = codes(")]}")
/** What a value ends with, so that a slash behind it divides. */
const VALUE_END = codes("\"'`)]}")
/** What says something of where a statement ends; by its code, as each character of a text is looked up. */
const SPEAKS = new Uint8Array(128)
for (const character of codes("\"'`/([{)]};")) SPEAKS[character] = 1

/** Where, as it seems, the statements of a program end that end in a semicolon: the offset behind each. */
export function guessStatementEnds(text: string): number[] {
  const ends: number[] = []
  /** How deep the brackets are, for each template that is open: its substitution ends where it is as deep again. */
  const templates: number[] = []
  let depth = 0
  let last = SEMICOLON
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char <= 32) continue
    if (char > 127 || SPEAKS[char] === 0) {
      last = char
      continue
    }
    if (QUOTES.has(char)) at = endOfQuoted(text, at, char)
    else if (char === BACKTICK || (char === CLOSE && templates.at(-1) === depth)) {
      if (char === CLOSE) templates.pop()
      at = endOfTemplate(text, at)
      if (text.charCodeAt(at) === OPEN) templates.push(depth)
    } else if (char === SLASH) {
      const comment = endOfComment(text, at)
      if (comment !== undefined) {
        at = comment
        continue
      }
      if (beginsRegExp(text, at, last)) at = endOfRegExp(text, at)
    } else if (OPENING.has(char)) depth++
    else if (CLOSING.has(char)) depth--
    else if (char === SEMICOLON && depth === 0 && templates.length === 0) ends.push(at + 1)
    last = text.charCodeAt(at)
  }
  return ends
}

function endOfQuoted(text: string, start: number, quote: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

/** The closing backtick, or the bracket that begins a substitution. */
function endOfTemplate(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === BACKSLASH) at++
    else if (char === BACKTICK) return at
    else if (text[at] === "$" && text[at + 1] === "{") return at + 1
  }
  return text.length
}

function endOfComment(text: string, start: number): number | undefined {
  const next = text[start + 1]
  if (next !== "/" && next !== "*") return undefined
  const end = next === "/" ? text.indexOf("\n", start) : text.indexOf("*/", start + 2) + 1
  return end > start ? end : text.length
}

function beginsRegExp(text: string, at: number, last: number): boolean {
  if (VALUE_END.has(last)) return false
  const before = text.slice(Math.max(0, at - 12), at).trimEnd()
  return !/[\w$]$/.test(before) || BEFORE_REGEXP.test(before)
}

function endOfRegExp(text: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    if (char === "\\") at++
    else if (char === "[") inClass = true
    else if (char === "]") inClass = false
    else if (char === "\n" || (char === "/" && !inClass)) return at
  }
  return text.length
}
