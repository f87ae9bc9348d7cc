import { readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { SgNode } from "@ast-grep/napi"
import { splice } from "../../patching/apply.ts"
import { replace } from "../../patching/edits.ts"
import { parseUnit } from "../../patching/unit.ts"
import type { GitChange } from "./typescript-tree.ts"

/** What patched code uses of offline/. */
export interface Uses {
  /** Members of the `Offline` object. */
  members: Set<string>
  /** Modules beside index.ts, as paths in the folder without extension. */
  modules: string[]
}

/** What the changed files use of offline/; none of it was there before. */
export function findUses(changes: GitChange[]): Uses {
  const texts = changes.flatMap(({ changed }) => changed.map(({ text }) => text))
  const all = (pattern: RegExp) =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]!))
  return {
    members: new Set(all(/\bOffline\.(\w+)/g)),
    modules: all(/from "(?:@|\.{1,2})\/(?:.*\/)?offline\/([\w/-]+)"/g),
  }
}

/**
 * Leaves of a copy of offline/ what some members of the `Offline` object need: takes the other members, and the imports
 * that only they use, out of index.ts, and removes the files that nothing imports any more. The switch stays, as
 * index.ts starts it.
 * @param folder a copy in which modules are imported without their extension
 * @param modules paths in the folder, without extension, that something outside imports beside index.ts
 */
export async function pruneOffline(folder: string, members: Set<string>, modules: string[]): Promise<void> {
  const index = join(folder, "index.ts")
  await writeFile(index, dropImports(dropMembers(await readFile(index, "utf8"), members)))
  const reached = await reach([index, ...modules.map((module) => join(folder, `${module}.ts`))])
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = (kind: "isFile" | "isDirectory") =>
    all.filter((entry) => entry[kind]()).map((entry) => join(entry.parentPath, entry.name))
  for (const path of paths("isFile")) if (!reached.has(path)) await rm(path)
  // Deepest first. One that is not empty stays.
  for (const path of paths("isDirectory").sort().reverse()) await rmdir(path).catch(() => {})
}

/** The text of index.ts with only those members in the object `Offline`. */
export function dropMembers(text: string, members: Set<string>): string {
  const object = parseUnit({ file: "index.ts", text })
    .findAll({
      rule: {
        kind: "object",
        inside: {
          kind: "variable_declarator",
          stopBy: "end",
          has: { field: "name", regex: "^Offline$" },
        },
      },
    })
    .at(0)!
  const kept = object
    .children()
    .filter((child) => child.isNamed() && members.has((child.field("key") ?? child).text()))
    .map((child) => `\n  ${child.text()},`)
  return splice(text, [replace(object, `{${kept.join("")}\n}`)])
}

/** The text without the named imports that it does not use. */
export function dropImports(text: string): string {
  const root = parseUnit({ file: "index.ts", text })
  const named = root.findAll({
    rule: { kind: "import_statement", has: { stopBy: "end", kind: "named_imports" } },
  })
  const uses = root
    .findAll({ rule: { any: [{ kind: "identifier" }, { kind: "shorthand_property_identifier" }] } })
    .filter((node) => !node.ancestors().some((ancestor) => ancestor.kind() === "import_statement"))
  const used = new Set(uses.map((node) => node.text()))
  const edits = named.map((statement) => {
    const kept = specifiers(statement).filter((name) => used.has(name))
    const source = statement.field("source")!.text()
    return replace(statement, kept.length > 0 ? `import { ${kept.join(", ")} } from ${source}` : "")
  })
  return splice(text, edits)
    .replace(/^\n+/, "")
    .replace(/^(import .*\n)\n+(?=import )/gm, "$1")
}

function specifiers(statement: SgNode): string[] {
  return statement.findAll({ rule: { kind: "import_specifier" } }).map((node) => node.text())
}

/** The files, and all that they import by a relative path. */
async function reach(files: string[], reached = new Set<string>()): Promise<Set<string>> {
  for (const file of files) {
    if (reached.has(file)) continue
    reached.add(file)
    const text = await readFile(file, "utf8")
    const imports = [...text.matchAll(/(?:from|import) ?\(?"(\.{1,2}\/[^"\n]+)"/g)]
    await reach(
      imports.map(([, path]) => `${join(dirname(file), path!)}.ts`),
      reached,
    )
  }
  return reached
}
