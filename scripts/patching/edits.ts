import type { SgNode } from "@ast-grep/napi"
import { Failure } from "../lib/errors.ts"
import type { TextEdit } from "./patch.ts"

/** Puts `text` in place of the node. */
export function replace(node: SgNode, text: string): TextEdit {
  const { start, end } = node.range()
  return { start: start.index, end: end.index, text }
}

/** Puts `text` right in front of the node. */
export function before(node: SgNode, text: string): TextEdit {
  const { start } = node.range()
  return { start: start.index, end: start.index, text }
}

/** Puts `text` right behind the node. */
export function after(node: SgNode, text: string): TextEdit {
  const { end } = node.range()
  return { start: end.index, end: end.index, text }
}

/** Puts a further call behind one of a chain, on a line of its own where the chain is written so. */
export function chain(call: SgNode, text: string): TextEdit {
  const member = call.field("function")
  const dot = member?.children().find((child) => child.kind() === ".")
  const at = dot?.range().start
  const ownLine = at && at.line > part(member!, "object").range().end.line
  return after(call, ownLine ? `\n${" ".repeat(at.column)}${text}` : text)
}

/** Puts a statement ahead of another one, on a line of its own where that has one. */
export function statementBefore(node: SgNode, statement: string): TextEdit {
  const { line, column } = node.range().start
  // Minified code has line ends only in its texts, a block of it begins on the same line.
  const ownLine = line !== node.parent()?.range().start.line && column < MOST_INDENTED
  return before(node, ownLine ? `${statement}\n${" ".repeat(column)}` : `${statement} `)
}

const MOST_INDENTED = 100

/** Puts statements at the start of a block, or of a function whose body is one, as what is first in it stands. */
export function atStart(place: SgNode, statements: string): TextEdit {
  const block = place.field("body") ?? place
  const first = block.children().find((child) => child.isNamed())
  if (!first || block.kind() !== "statement_block") {
    throw new Failure({
      what: `There is no block with statements: ${place.text().slice(0, 80)}`,
      why: "the patch was written for one",
      next: "look at upstream's new code and mend the patch",
    })
  }
  const { line, column } = first.range().start
  // Minified code is one line, a million columns long.
  if (line === block.range().start.line) return before(first, `${statements} `)
  const newLine = `\n${" ".repeat(column)}`
  return before(first, statements.replaceAll("\n", newLine) + newLine)
}

/** The child in a field, or a Failure that shows the node. */
export function part(node: SgNode, field: string): SgNode {
  return must(node.field(field), `the ${field} of`, node)
}

/** The first descendant that a rule or a pattern finds, or a Failure that shows the node. */
export function inside(node: SgNode, matcher: Parameters<SgNode["find"]>[0]): SgNode {
  return must(
    node.find(matcher),
    `${typeof matcher === "string" ? matcher : JSON.stringify(matcher)} in`,
    node,
  )
}

/** The nearest node of a kind that a node stands in, or a Failure that shows the node. */
export function enclosing(node: SgNode, kind: string): SgNode {
  return must(node.ancestors().find((outer) => outer.kind() === kind) ?? null, `the ${kind} around`, node)
}

/** A meta-variable of the match, or a Failure that shows the node. */
export function captured(node: SgNode, name: string): SgNode {
  return must(node.getMatch(name), `$${name} in`, node)
}

function must(found: SgNode | null, what: string, node: SgNode): SgNode {
  if (found) return found
  throw new Failure({
    what: `A patch did not find ${what} ${node.text().slice(0, 120)}`,
    why: "upstream's code has another shape than the one the patch was written for",
    next: "look at upstream's new code and mend the patch",
  })
}
