/** All that a pull request needs, in one import. Not a pull request: only names in `series` are. */
import type { NapiConfig, SgNode } from "@ast-grep/napi"
import { after, before } from "../scripts/patching/edits.ts"
import { property } from "../scripts/patching/rules.ts"
import type { FileEdit, Row } from "../scripts/pr/pull-request.ts"

export type { NapiConfig, SgNode } from "@ast-grep/napi"
export * from "../scripts/patching/edits.ts"
export * from "../scripts/patching/rules.ts"
export { definePullRequest, type FileEdit, type Step } from "../scripts/pr/pull-request.ts"

/** Upstream's package, in which most of it stands. */
export const OPENCODE = "packages/opencode"

/** The flag behind which ours are declared, in both vintages and in upstream's docs. */
const NEIGHBOUR = "OPENCODE_DISABLE_MODELS_FETCH"

/** Where flags are declared, and how other files of the vintage come by them. */
export const FLAGS = {
  namespaces: { file: `${OPENCODE}/src/flag/flag.ts`, from: "@/flag/flag" },
  effect: { file: "packages/core/src/flag/flag.ts", from: "@opencode-ai/core/flag/flag" },
} as const

/** Declares a flag: one that is on or off by `truthy`, or one that holds a text. */
export function declareFlag(vintage: keyof typeof FLAGS, name: string, type: "boolean" | "string"): FileEdit {
  const value = type === "boolean" ? `truthy("${name}")` : `process.env["${name}"]`
  const place: FileEdit = {
    file: FLAGS[vintage].file,
    what: `the declaration of the flag ${NEIGHBOUR}`,
    find: { rule: property(NEIGHBOUR, ".*") },
    places: 1,
    change: (pair) => [after(pair, `,\n  ${name}: ${value}`)],
  }
  if (vintage === "effect") return place
  const find = {
    rule: {
      kind: "export_statement",
      has: {
        kind: "lexical_declaration",
        has: { kind: "variable_declarator", has: { field: "name", regex: `^${NEIGHBOUR}$` } },
      },
    },
  } as const
  const change = (statement: SgNode) => {
    const indent = " ".repeat(statement.range().start.column)
    return [after(statement, `\n${indent}export const ${name} = ${value}`)]
  }
  return { ...place, find, change }
}

/** The flag's row in upstream's docs. */
export function documentFlag(name: string, type: "boolean" | "string", description: string): Row {
  return {
    file: "packages/web/src/content/docs/cli.mdx",
    after: "`OPENCODE_DISABLE_LSP_DOWNLOAD`",
    cells: [`\`${name}\``, type, description],
  }
}

/** Imports a name behind the file's last import, when the file does not import it yet. */
export function importName(file: string, name: string, from: string): FileEdit {
  return {
    file,
    what: "the file's imports",
    find: { rule: { kind: "program" } },
    places: 1,
    change: (program) => {
      const imports = program.children().filter((node) => node.kind() === "import_statement")
      const has = imports.some((node) => node.has({ rule: { kind: "identifier", regex: `^${name}$` } }))
      const line = `import { ${name} } from "${from}"`
      const last = imports.at(-1)
      if (has) return []
      return [last ? after(last, `\n${line}`) : before(program, `${line}\n\n`)]
    },
  }
}

/** The statement that declares a variable whose value's text is of that form. */
export function declarationOf(value: string) {
  return {
    rule: {
      kind: "lexical_declaration",
      has: { kind: "variable_declarator", has: { field: "value", regex: value } },
    },
  } as const
}

/** The generator of an Effect that gets its name in a pipe: `X.gen(function* () {…}).pipe(X.withSpan("NAME"))`. */
export function generatorPiped(name: string): NapiConfig {
  const named = {
    kind: "call_expression",
    has: { field: "arguments", has: { kind: "string", regex: `^"${name}"$` } },
  }
  return {
    rule: {
      kind: "generator_function",
      inside: {
        kind: "arguments",
        inside: {
          kind: "call_expression",
          inside: {
            kind: "member_expression",
            inside: { kind: "call_expression", has: { field: "arguments", has: named } },
          },
        },
      },
    },
  }
}

/** The statement that follows a node. */
export function nextStatement(node: SgNode): SgNode | null {
  const next = node.next()
  return next?.kind() === "comment" ? nextStatement(next) : next
}
