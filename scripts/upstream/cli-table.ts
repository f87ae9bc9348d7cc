import { Lang, type NapiConfig, parse, type SgNode } from "@ast-grep/napi"
import type { CliTable } from "../../offline/embedded.ts"
import type { EmbeddedModule, ModuleGraph } from "../container/index.ts"
import { derive } from "../lib/derived-cache.ts"
import { hashMakers } from "../lib/makers.ts"

/**
 * The commands of a release, and its options that take a value, from its code: readable bundles and minified chunks. What
 * has no yargs has an empty table.
 * @param stock upstream's executable; `sha512` names it in the cache
 */
export async function readCliTable(
  stock: { graph: Pick<ModuleGraph, "modules">; sha512: string },
  cache: string,
): Promise<CliTable> {
  const key = `cli table ${stock.sha512} ${await hashMakers(import.meta.filename)}`
  const bytes = await derive(cache, key, async () =>
    Buffer.from(JSON.stringify(makeCliTable(stock.graph.modules.filter(isCode).map(pieces)))),
  )
  return JSON.parse(Buffer.from(bytes).toString())
}

/**
 * The table that modules come to, each given as pieces that can be parsed alone. A variable has one meaning in a module; a
 * sub-command that another module defines counts as a command.
 */
export function makeCliTable(modules: string[][]): CliTable {
  const parsed = modules.map((pieces) =>
    pieces.filter(mayDeclare).map((text) => parse(Lang.JavaScript, text).root()),
  )
  const options = parsed.flat().flatMap(declaredOptions)
  const flags = new Set(options.filter(({ takesValue }) => !takesValue).flatMap(({ names }) => names))
  // A name that is a flag of another command is left out: a word that follows it is then looked at twice at most.
  const valued = options.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names)
  return {
    commands: sorted(parsed.flatMap(commandsOfModule)),
    valueOptions: sorted(valued.filter((name) => !flags.has(name))),
  }
}

/** Bun's number for JavaScript. */
const JAVASCRIPT = 1

function isCode({ loader }: EmbeddedModule): boolean {
  return loader === JAVASCRIPT
}

/** Source files of a bundle that is not minified; a minified module is one piece. To parse all takes half a minute. */
function pieces({ contents }: EmbeddedModule): string[] {
  const { buffer, byteOffset, byteLength } = contents
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  const text = bytes.toString("latin1")
  return mayDeclare(text) ? text.split(/^(?=\/\/ (?:src|\.\.)\/\S+$)/m) : []
}

/** Whether yargs can be spoken to here: a search for text, ahead of the parser. */
function mayDeclare(text: string): boolean {
  return ANCHOR.test(text)
}

const ANCHOR =
  /\.completion\("|\.option\("|\.options\(|\bcommand: ?"[^"\n]+",\s*(?:aliases|async|builder|describe|handler)\b/

/** An object that yargs takes for a command. */
const COMMAND: NapiConfig = {
  rule: {
    kind: "object",
    all: [
      { has: { kind: "pair", all: [keyIs("command"), { has: { field: "value", kind: "string" } }] } },
      keyed("handler"),
    ],
  },
}

function keyIs(name: string): NapiConfig["rule"] {
  return { has: { field: "key", regex: `^${name}$` } }
}

function keyed(name: string): NapiConfig["rule"] {
  return {
    any: [
      { has: { kind: "pair", ...keyIs(name) } },
      { has: { kind: "method_definition", has: { field: "name", regex: `^${name}$` } } },
    ],
  }
}

function commandsOfModule(roots: SgNode[]): string[] {
  const nested = new Set(roots.flatMap(nestedCommands))
  return roots.flatMap((root) => [...commands(root, nested), ...completions(root)])
}

/** The commands of the first level, and their other names. */
function commands(root: SgNode, nested: Set<string>): string[] {
  return root.findAll(COMMAND).flatMap((object) => {
    const [name = ""] = texts(propertyOf(object, "command"))
    const variable = nameOf(object)
    if (isInsideCommand(object) || (variable && nested.has(variable))) return []
    const own = /^[\w-]+/.exec(name)?.[0]
    return [...(own ? [own] : []), ...texts(propertyOf(object, "aliases"))]
  })
}

/** The variables that hold sub-commands: what a command's own code hands to `.command()`. */
function nestedCommands(root: SgNode): string[] {
  return calls(root, "command")
    .filter(({ call }) => isInsideCommand(call))
    .flatMap(({ words: [given] }) => [given, ...spread(given)])
    .flatMap((word) => (word?.kind() === "identifier" ? [word.text()] : []))
}

/** What an object takes over whole: `{ ...command, describe: "shown" }`. */
function spread(object: SgNode | undefined): SgNode[] {
  const elements = object?.children().filter((child) => child.kind() === "spread_element") ?? []
  return elements.flatMap((element) => element.children())
}

function isInsideCommand(node: SgNode): boolean {
  return node.ancestors().some((ancestor) => ancestor.matches(COMMAND))
}

/** The variable that holds a command, perhaps by way of a function that it goes through. */
function nameOf(object: SgNode): string | undefined {
  for (const ancestor of object.ancestors()) {
    if (ancestor.kind() === "variable_declarator") return ancestor.field("name")?.text()
    if (ancestor.kind() === "assignment_expression") return ancestor.field("left")?.text()
    if (!["arguments", "call_expression", "parenthesized_expression"].includes(String(ancestor.kind())))
      return
  }
}

function completions(root: SgNode): string[] {
  return calls(root, "completion").flatMap(({ words }) => texts(words[0]))
}

interface Option {
  /** Without dashes, with its other names. */
  names: string[]
  takesValue: boolean
}

function declaredOptions(root: SgNode): Option[] {
  const single = calls(root, "option").flatMap(({ words: [name, declaration] }) =>
    texts(name).flatMap((text) => (declaration ? [option(text, declaration)] : [])),
  )
  const several = calls(root, "options").flatMap(({ words }) =>
    pairs(declaredObject(root, words[0])).map((pair) => option(keyOf(pair), pair.field("value")!)),
  )
  return [...single, ...several]
}

function option(name: string, declaration: SgNode): Option {
  const type = texts(propertyOf(declaration, "type"))[0]
  const isFlag = propertyOf(declaration, "boolean") ?? propertyOf(declaration, "count")
  return {
    names: [name, ...texts(propertyOf(declaration, "alias"))],
    takesValue: type !== "boolean" && type !== "count" && !isFlag,
  }
}

/** An object, or the one that a variable of this piece was given. */
function declaredObject(root: SgNode, word: SgNode | undefined): SgNode | undefined {
  if (word?.kind() !== "identifier") return word
  const named = (field: string) => ({ has: { field, regex: `^${word.text().replace(/\$/g, "\\$")}$` } })
  const [found] = root.findAll({
    rule: {
      kind: "object",
      inside: {
        any: [
          { kind: "variable_declarator", ...named("name") },
          { kind: "assignment_expression", ...named("left") },
        ],
      },
    },
  })
  return found
}

/** Calls of a method, each with what it is given. */
function calls(root: SgNode, method: string): { call: SgNode; words: SgNode[] }[] {
  const found = root.findAll({
    rule: {
      kind: "call_expression",
      has: { field: "function", kind: "member_expression", has: { field: "property", regex: `^${method}$` } },
    },
  })
  return found.map((call) => {
    const children = call.field("arguments")?.children() ?? []
    return { call, words: children.filter((child) => child.isNamed() && child.kind() !== "comment") }
  })
}

function pairs(object: SgNode | undefined): SgNode[] {
  return object?.children().filter((child) => child.kind() === "pair") ?? []
}

function keyOf(pair: SgNode): string {
  return pair
    .field("key")!
    .text()
    .replace(/^["']|["']$/g, "")
}

function propertyOf(object: SgNode | undefined, key: string): SgNode | undefined {
  return (
    pairs(object)
      .find((pair) => keyOf(pair) === key)
      ?.field("value") ?? undefined
  )
}

/** The text of a string, or of each in a list. */
function texts(node: SgNode | undefined): string[] {
  if (node?.kind() === "string") return [node.text().slice(1, -1)]
  return node?.kind() === "array" ? node.children().flatMap((child) => texts(child)) : []
}

function sorted(names: string[]): string[] {
  return [...new Set(names)].sort()
}
