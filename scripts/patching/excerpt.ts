import type { SgNode } from "@ast-grep/napi"
import { readDataLiteral, type Span } from "./data-literal.ts"
import type { TextEdit } from "./patch.ts"
import { guessStatementEnds } from "./statements.ts"
import { isStatements, syntaxError } from "./syntax.ts"

// What is known of an excerpt: its statements are statements of the whole text, each whole, and they parse to the same
// trees. A text is taken apart behind semicolons, and each part is parsed by itself by the runtime's own parser. A parser
// reads from left to right and looks no further than one token ahead. So where all parts parse, and the semicolon is one
// and no part of a comment, the statements of the whole are those of the parts: no statement of JavaScript goes on behind
// a semicolon outside of all brackets, but `if(a)b;else c` and `do a;while(b)`, of which one part does not parse.
// A large literal of plain data has the entries without a word left out. It begins where the tree of the excerpt has an
// object, with the same text in front of it; it ends where `readDataLiteral` says.

/** Where something is left out. White space for a parser; a text that has it somewhere is not cut. */
const CUT = "\f"

/** Literals of data that are longer are shortened. */
const LARGE = 100_000

/** The statements of a text that have certain words, as a text that parses by itself. */
export interface Excerpt {
  text: string
  /** Where literals of data begin that were shortened: see {@link requireObjects}. */
  shortened: number[]
  /** The same edit in the whole text. */
  inWhole(edit: TextEdit): TextEdit
}

/**
 * Takes the statements out of minified code in which one of the words stands.
 * @returns the whole text as an excerpt of itself when that cannot be proven to be right
 */
export function excerptOf(text: string, words: string[]): Excerpt {
  const places = words.flatMap((word) => placesOf(text, word))
  const has = (span: Span) => places.some((place) => place.start < span.end && span.start < place.end)
  const parts = text.includes(CUT) ? [] : takeApart(text, places)
  const literals = parts.filter(has).flatMap((part) => largeLiterals(text, part))
  const left = literals.flatMap(({ entries }) => entries.filter((entry) => !has(entry)))
  const proven = parts.length > 1 && parts.every((part) => isProgram(text, subtract(part, left)))
  if (!proven) return excerpt(text, [{ start: 0, end: text.length }], [])
  const kept = parts.filter(has).flatMap((part) => subtract(part, left))
  return excerpt(text, kept, literals)
}

function placesOf(text: string, word: string): Span[] {
  const places: Span[] = []
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    places.push({ start: at, end: at + word.length })
  return places
}

/** The text in parts, cut in front of and behind the statements that the places are in. */
function takeApart(text: string, places: Span[]): Span[] {
  const ends = [0, ...guessStatementEnds(text)]
  const cuts = new Set([0, text.length])
  for (const { start, end } of places) {
    cuts.add(ends.findLast((at) => at <= start)!)
    cuts.add(ends.find((at) => at >= end) ?? text.length)
  }
  const sorted = [...cuts].sort((a, b) => a - b)
  return sorted.slice(1).map((end, i) => ({ start: sorted[i]!, end }))
}

/** @param part the end of the text, or what ends in a semicolon */
function isProgram(whole: string, part: Span[]): boolean {
  const text = textOf(whole, part)
  return part.at(-1)!.end === whole.length ? !syntaxError(text) : isStatements(text)
}

function largeLiterals(text: string, part: Span): (Span & { entries: Span[] })[] {
  const found: (Span & { entries: Span[] })[] = []
  if (part.end - part.start < LARGE) return found
  for (let at = text.indexOf("{", part.start); at >= 0 && at < part.end; at = text.indexOf("{", at + 1)) {
    const literal = readDataLiteral(text, at)
    if (!literal || literal.end - at < LARGE) continue
    found.push({ start: at, ...literal })
    at = literal.end - 1
  }
  return found
}

/** A part without what of it is left out, which is in order. */
function subtract(part: Span, left: Span[]): Span[] {
  const inside = left.filter(({ start, end }) => part.start <= start && end <= part.end)
  const starts = [part.start, ...inside.map(({ end }) => end)]
  const ends = [...inside.map(({ start }) => start), part.end]
  return starts.map((start, i) => ({ start, end: ends[i]! })).filter(({ start, end }) => start < end)
}

const textOf = (whole: string, spans: Span[]) =>
  spans.map(({ start, end }) => whole.slice(start, end)).join(CUT)

function excerpt(whole: string, kept: Span[], literals: Span[]): Excerpt {
  let at = 0
  const segments = kept.map(({ start, end }) => {
    const segment = { start, end, at }
    at += end - start + CUT.length
    return segment
  })
  const back = (offset: number) => {
    const segment = segments.find(({ start, end, at }) => offset <= at + end - start)!
    return segment.start + offset - segment.at
  }
  return {
    text: textOf(whole, kept),
    shortened: literals.map((literal) => {
      const segment = segments.find(({ start, end }) => start <= literal.start && literal.start < end)!
      return segment.at + literal.start - segment.start
    }),
    inWhole({ start, end, text }) {
      if (text.includes(CUT)) throw new Error(`an edit copies data that was left out: ${text.slice(0, 80)}`)
      return { start: back(start), end: back(end), text }
    },
  }
}

/**
 * What is left to be proven of an excerpt when it has been parsed.
 * @param root of the excerpt's tree
 * @throws Error when what was shortened is no object there
 */
export function requireObjects(root: SgNode, { shortened }: Excerpt): void {
  for (const start of shortened)
    if (!isObjectAt(root, start)) throw new Error(`no object begins at ${start} of an excerpt`)
}

function isObjectAt(node: SgNode, offset: number): boolean {
  const { start, end } = node.range()
  if (offset < start.index || offset >= end.index) return false
  if (node.kind() === "object" && offset === start.index) return true
  return node.children().some((child) => isObjectAt(child, offset))
}
