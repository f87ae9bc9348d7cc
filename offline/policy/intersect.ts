import { contains } from "./address.ts"
import type { Line, Matcher } from "./entry.ts"
import { matchersOf } from "./read-entry.ts"

/**
 * The lines that allow what both lists allow, and nothing else.
 * @throws SettingError for a line that cannot be read
 */
export function intersect(some: readonly Line[], others: readonly Line[]): Line[] {
  const found: Line[] = []
  for (const one of some.flatMap(partsOf))
    for (const other of others.flatMap(partsOf)) {
      const both = meet(one, other)
      if (both && !found.some(({ text }) => text === both.text)) found.push(both)
    }
  return found
}

/** A line, or one of the blocks that it stands for. */
interface Part {
  line: Line
  matcher: Matcher
}

function partsOf(line: Line): Part[] {
  return matchersOf(line).map(({ text, matcher }) => ({ line: { ...line, text }, matcher }))
}

/** The narrower of two, with the port that either has; undefined when nothing is in both. */
function meet(one: Part, other: Part): Line | undefined {
  const { port: a } = one.matcher
  const { port: b } = other.matcher
  if (a !== undefined && b !== undefined && a !== b) return undefined
  const inOne = isWithin(other.matcher, one.matcher)
  const inOther = isWithin(one.matcher, other.matcher)
  if (!inOne && !inOther) return undefined
  // Of two that are the same but for the port, it is the one that has it.
  const narrower = inOne && !(inOther && a !== undefined) ? other : one
  const origin = `${one.line.origin} and ${other.line.origin}`
  const port = a ?? b
  if (narrower.matcher.port === port) return { ...narrower.line, origin }
  return { text: `${hostOf(narrower)}:${port}`, origin }
}

/** Whether all hosts that one matches are matched by another, ports left aside. */
function isWithin(inner: Matcher, outer: Matcher): boolean {
  if (inner.kind === "blocks")
    return outer.kind === "blocks" && inner.blocks.every((block) => holds(outer, block))
  if (outer.kind === "blocks") return false
  if (outer.kind === "name") return inner.kind === "name" && inner.name === outer.name
  return (inner.kind === "name" ? inner.name : inner.suffix).endsWith(outer.suffix)
}

function holds(
  { blocks }: Extract<Matcher, { kind: "blocks" }>,
  inner: { bits: number } & Parameters<typeof contains>[1],
) {
  return blocks.some((block) => block.bits <= inner.bits && contains(block, inner))
}

/** A port is added to a name or a suffix only: who has one for an address is that address alone, and the narrower. */
function hostOf({ line, matcher }: Part): string {
  if (matcher.kind === "name") return matcher.name
  return matcher.kind === "suffix" ? `*${matcher.suffix}` : line.text
}
