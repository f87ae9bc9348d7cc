import type { SgNode } from "@ast-grep/napi"
import { splice } from "../../scripts/patching/apply.ts"
import { replace } from "../../scripts/patching/edits.ts"
import { parseUnit, type Unit } from "../../scripts/patching/unit.ts"

/**
 * Units of one bundle, with the names that they use of that bundle's other units exchanged for those which another bundle
 * of the same source files has for the same things; their own get a name that the other bundle has not. Bun's bundler
 * makes a name unique by digits behind it.
 * @throws Error when a name is not found once
 */
export function renameInto(units: Unit[], from: Unit[], to: Unit[]): Unit[] {
  const own = new Set(units.flatMap(declared))
  const names = new Set(units.flatMap((unit) => identifiers(unit).map((node) => node.text())))
  const others = from.filter((unit) => !units.includes(unit))
  const renamed = new Map([...own].map((name) => [name, `${name}9999`]))
  const foreign = [...names].filter((name) => !own.has(name))
  for (const [name, file] of findDeclared(foreign, others)) renamed.set(name, counterpart(name, file, to))
  const locals = [...names].filter((name) => !renamed.has(name))
  const taken = [...renamed.values()].find((name) => locals.includes(name))
  if (taken) throw new Error(`${taken} has two meanings`)
  return units.map((unit) => {
    const edits = identifiers(unit).flatMap((node) => {
      const name = renamed.get(node.text())
      if (!name) return []
      return [replace(node, node.kind() === "identifier" ? name : `${node.text()}: ${name}`)]
    })
    const text = splice(unit.text, edits).replace(/^export \{[^}]*\};?\n/m, "")
    return { ...unit, text }
  })
}

function identifiers(unit: Unit): SgNode[] {
  const kinds = ["identifier", "shorthand_property_identifier"].map((kind) => ({ kind }))
  return parseUnit(unit).findAll({ rule: { any: kinds } })
}

/** The file in which each name is declared, of those that are. */
function findDeclared(names: string[], units: Unit[]): Map<string, string> {
  const line = new RegExp(`^[a-z].*\\b(${names.map(escapeName).join("|")})\\b`, "m")
  const wanted = new Set(names)
  const found = units
    .filter(({ text }) => line.test(text))
    .flatMap((unit) => declared(unit).map((name) => [name, unit.file] as const))
  return new Map(found.filter(([name]) => wanted.has(name)))
}

function counterpart(name: string, file: string, units: Unit[]): string {
  const base = (text: string) => text.replace(/\d+$/, "")
  const found = units
    .filter((unit) => unit.file === file)
    .flatMap(declared)
    .filter((other) => base(other) === base(name))
  if (found.length === 1) return found[0]!
  throw new Error(`${name} of ${file || "no file"} is one of ${found.length}: ${found}`)
}

/** The names that a unit declares at the top level. */
function declared(unit: Unit): string[] {
  const inProgram = { inside: { kind: "program" } }
  const declarations = parseUnit(unit).findAll({
    rule: {
      any: [
        { kind: "function_declaration", ...inProgram },
        { kind: "generator_function_declaration", ...inProgram },
        { kind: "class_declaration", ...inProgram },
        ...["variable_declaration", "lexical_declaration"].map((kind) => ({
          kind: "variable_declarator",
          inside: { kind, ...inProgram },
        })),
        { kind: "import_specifier", inside: { kind: "program", stopBy: "end" as const } },
      ],
    },
  })
  return declarations.map((node) => (node.field("alias") ?? node.field("name"))!.text())
}

function escapeName(name: string): string {
  return name.replaceAll("$", "\\$")
}
