import { readFile, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path/posix"
import { Failure } from "../../lib/errors.ts"
import type { AcquireOptions } from "../../lib/npm/fetch-file.ts"
import {
  type AppliedPatch,
  applySeries,
  type NamedPatch,
  type Refusal,
  type Tree,
} from "../../patching/apply.ts"
import { readDependencies } from "../../patching/dependencies.ts"
import { dependencyOf, type Edit, type Patch } from "../../patching/patch.ts"
import { parseUnit, type Unit } from "../../patching/unit.ts"

/** Where upstream's monorepo has the package that `Edit.file` is relative to. */
export const PACKAGE = "packages/opencode"

/** The name by which patched code of the git source knows the `Offline` object. */
const OFFLINE = "Offline"

/** Where offline/ is copied to, relative to that package. */
const FOLDER = "src/offline"

/** How a dependency's code reaches it: there is nothing of ours where it is not compiled, and it goes upstream's way. */
const IN_DEPENDENCY = `(await import("@/offline").catch(() => ({}))).${OFFLINE}`

/** What a patch did to the tree, and the files that it changed, as they are now. */
export interface GitChange {
  applied: AppliedPatch
  changed: Unit[]
}

/**
 * The files of a checked-out tree that a series names, one unit a file, and those of the dependencies that it edits. A
 * file that is not there is no unit, so the edit that names it finds no place and says so.
 * @param root the monorepo's folder
 * @param options from where dependencies are had
 * @throws Failure as {@link readDependencies} does
 */
export async function readGitTree(root: string, series: Patch[], options: AcquireOptions): Promise<Tree> {
  const own = series.flatMap(({ edits }) => edits.filter((edit) => dependencyOf(edit) === undefined))
  const units = [...new Set(own.map(({ file }) => file))].map(async (file) => {
    const text = await readFile(join(root, PACKAGE, file), "utf8").catch(absent)
    return text === undefined ? [] : [{ file, text }]
  })
  const dependencies = await readDependencies(root, series, options)
  return { name: "git", units: [...(await Promise.all(units)).flat(), ...dependencies] }
}

/**
 * Applies a series in memory, patch by patch, as upstream's style wants it: an import instead of a global, no
 * semicolons. Nothing is written, so a failure leaves nothing behind.
 * @returns what each that applies did, and those that do not
 * @throws Failure when a file has another `Offline`
 */
export function applyToGitTree(
  tree: Tree,
  series: NamedPatch[],
): { changes: GitChange[]; refused: Refusal[] } {
  let current = tree
  const changes: GitChange[] = []
  const refused: Refusal[] = []
  for (const patch of series) {
    const outcome = applySeries([current], [inStyle(patch)], OFFLINE)
    refused.push(...outcome.refused.map(({ why }) => ({ patch, why })))
    if (outcome.refused.length > 0) continue
    const units = outcome.trees[0]!.units.map((unit, i) =>
      unit === current.units[i] ? unit : withImport(unit, current.units[i]!),
    )
    const changed = units.filter((unit, i) => unit !== current.units[i])
    current = { ...current, units }
    changes.push({ applied: outcome.applied[0]!, changed })
  }
  return { changes, refused }
}

/** Writes changed files back into the checked-out tree. */
export async function writeUnits(root: string, units: Unit[]): Promise<void> {
  await Promise.all(units.map(({ file, text }) => writeFile(join(root, PACKAGE, file), text)))
}

function inStyle(patch: NamedPatch): NamedPatch {
  const edits = patch.edits.map((edit) => ({ ...edit, change: changeInStyle(edit) }))
  return { ...patch, edits }
}

/** A dependency's code is a bundler's, and has semicolons. */
function changeInStyle(edit: Edit): Edit["change"] {
  if (dependencyOf(edit) !== undefined) return (place) => edit.change(place, IN_DEPENDENCY)
  return (place, offline) => {
    const upstreams = place.text()
    return edit.change(place, offline).map((change) => ({
      ...change,
      text: change.text.split(upstreams).map(spelled).join(upstreams),
    }))
  }
}

/** As a person writes it: a form that minified code has, too, is as short as possible. */
function spelled(text: string): string {
  return text
    .replace(/;(?=\n|$)/g, "")
    .replace(/\b(if|for)\(/g, "$1 (")
    .replace(/\)(return|\{)/g, ") $1")
    .replace(/\byield\*(?=\S)/g, "yield* ")
    .replace(/\breturn!1\b/g, "return false")
    .replace(/\bvoid 0\b/g, "undefined")
}

/** The import stands behind the file's last one; a file without imports gets it as its first line. */
function withImport(unit: Unit, before: Unit): Unit {
  if (unit.published || imports(unit) || !uses(unit)) return unit
  if (uses(before)) throw taken(unit)
  const last = parseUnit(unit)
    .findAll({ rule: { kind: "import_statement", inside: { kind: "program" } } })
    .at(-1)
  const at = last?.range().end.index
  const line = importIn(unit)
  const text =
    at === undefined ? `${line}\n\n${unit.text}` : `${unit.text.slice(0, at)}\n${line}${unit.text.slice(at)}`
  return { ...unit, text }
}

function imports(unit: Unit): boolean {
  return unit.text.includes(`${importIn(unit)}\n`)
}

/** Another package of upstream's comes by ours as by a file. */
function importIn({ file }: Unit): string {
  const from = file.startsWith("../")
    ? relative(join(PACKAGE, dirname(file)), join(PACKAGE, FOLDER))
    : "@/offline"
  return `import { ${OFFLINE} } from "${from}"`
}

function uses(unit: Unit): boolean {
  return parseUnit(unit).has({ rule: { kind: "identifier", regex: `^${OFFLINE}$` } })
}

function taken(unit: Unit): Failure {
  return new Failure({
    what: `${unit.file} of the git tree has a name ${OFFLINE} of its own`,
    why: "patched code reaches ours by that name",
    next: "give it another name in scripts/upstream/git/typescript-tree.ts",
  })
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}
