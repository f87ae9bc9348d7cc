import { Lang, parse, type SgNode } from "@ast-grep/napi"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

/**
 * Makes a schema of a type that a generated declaration file exports: objects, lists, unions, literals and names of such.
 * An object takes the keys that its type has and no others.
 * @throws Failure when the type is not there, or is written in a way that is not known
 */
export function schemaOfType(declarations: string, name: string, where: string): z.ZodType {
  const types = new Map(
    parse(Lang.TypeScript, declarations)
      .root()
      .findAll({ rule: { kind: "type_alias_declaration" } })
      .map((node) => [node.field("name")?.text() ?? "", node.field("value")]),
  )
  const made = new Map<string, z.ZodType>()
  const named = (type: string): z.ZodType => {
    const found = types.get(type)
    if (!found) throw notKnown(`the type ${type}`, where)
    // Lazily: a type may name itself.
    return z.lazy(() => made.get(type) ?? remember(type, found))
  }
  const remember = (type: string, node: SgNode) => {
    const schema = schemaOf(node, named, where)
    made.set(type, schema)
    return schema
  }
  const found = types.get(name)
  if (!found) throw notKnown(`the type ${name}`, where)
  return remember(name, found)
}

type Named = (type: string) => z.ZodType

function schemaOf(node: SgNode, named: Named, where: string): z.ZodType {
  const of = (child: SgNode) => schemaOf(child, named, where)
  const parts = namedChildren(node)
  switch (node.kind()) {
    case "predefined_type":
      return predefined(node.text(), where)
    case "literal_type":
      return literal(node.text(), where)
    case "parenthesized_type":
      return of(parts[0]!)
    case "union_type":
      return z.union(alternatives(node).map(of))
    case "tuple_type":
      return z.tuple(parts.map(of) as [z.ZodType, ...z.ZodType[]])
    case "generic_type": {
      const [list, words] = parts
      if (list?.text() !== "Array" || !words) break
      return z.array(of(namedChildren(words)[0]!))
    }
    case "type_identifier":
      return named(node.text())
    case "object_type":
      return object(parts, of)
  }
  throw notKnown(`${node.text().slice(0, 60)} (${node.kind()})`, where)
}

/** What a person's words stand for, without brackets, commas and remarks. */
function namedChildren(node: SgNode): SgNode[] {
  return node.children().filter((child) => child.isNamed() && child.kind() !== "comment")
}

/** All of a union, which is written as unions of two in one another. */
function alternatives(node: SgNode): SgNode[] {
  return namedChildren(node).flatMap((part) => (part.kind() === "union_type" ? alternatives(part) : [part]))
}

function predefined(text: string, where: string): z.ZodType {
  if (text === "string") return z.string()
  if (text === "number") return z.number()
  if (text === "boolean") return z.boolean()
  if (text === "unknown" || text === "any") return z.unknown()
  throw notKnown(text, where)
}

function literal(text: string, where: string): z.ZodType {
  if (text === "undefined") return z.undefined()
  try {
    return z.literal(JSON.parse(text))
  } catch {
    throw notKnown(text, where)
  }
}

function object(parts: SgNode[], of: (node: SgNode) => z.ZodType): z.ZodType {
  const shape: Record<string, z.ZodType> = {}
  let others: z.ZodType | undefined
  for (const part of parts) {
    const value = of(namedChildren(part.field("type")!)[0]!)
    if (part.kind() === "index_signature") others = value
    else {
      const isOptional = part.children().some((child) => child.kind() === "?")
      shape[keyOf(part)] = isOptional ? value.optional() : value
    }
  }
  return others ? z.object(shape).catchall(others) : z.strictObject(shape)
}

function keyOf(part: SgNode): string {
  const text = part.field("name")?.text() ?? ""
  return text.startsWith('"') ? JSON.parse(text) : text
}

/**
 * What a value lacks or has too much, a line each, with where it is. Of a union it is told by the alternative with the
 * fewest.
 */
export function faultsOf(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => describe(issue, []))
}

type Issue = z.core.$ZodIssue

function describe(issue: Issue, above: PropertyKey[]): string[] {
  const path = [...above, ...issue.path]
  if (issue.code === "invalid_union") {
    const nearest = issue.errors
      .filter(reachesInto)
      .map((alternative) => alternative.flatMap((inner) => describe(inner, path)))
      .toSorted((one, other) => one.length - other.length)[0]
    if (nearest) return nearest
    const wanted = issue.errors.flat().flatMap((inner) => wantedBy(inner))
    return [`${path.join(".")}: is not ${[...new Set(wanted)].join(" or ") || "what it may be"}`]
  }
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${[...path, key].join(".")}: is not known`)
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined")
  return [`${path.join(".") || "the file"}: ${isMissing ? "is missing" : issue.message}`]
}

/** Whether the value is of the alternative's kind, and fails by something inside of it. */
function reachesInto(issues: Issue[]): boolean {
  return issues.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys")
}

function wantedBy(issue: Issue): string[] {
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value))
  return issue.code === "invalid_type" ? [issue.expected] : []
}

function notKnown(what: string, where: string): Failure {
  return new Failure({
    what: `${where} does not say what a configuration may have: ${what} is not there, or is written in a way that is not known`,
    why: "upstream generates it otherwise than the releases that this was written for",
    next: "extend scripts/contents/types-to-schema.ts, or build without --config",
  })
}
