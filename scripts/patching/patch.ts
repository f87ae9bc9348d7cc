import type { NapiConfig, SgNode } from "@ast-grep/napi"
import semver from "semver"
import type { Unit } from "./unit.ts"

/**
 * The forms in which upstream's code is had: TypeScript of 1.3, TypeScript of the newest 1.x, which is written with Effect,
 * bundles that can be read (releases up to 1.3), minified chunks (from 1.14 on).
 */
export type Form = "source" | "effect" | "bundles" | "chunks"

/**
 * The bundles of the release source: `main` and `worker` hold OpenCode's code, `parser` is a worker of OpenTUI's. The git
 * source has one tree, `git`, and minified code has one, `chunks`.
 */
export type TreeName = "main" | "worker" | "parser" | "git" | "chunks"

/** The trees in which each form has places. */
const TREES: Record<Form, TreeName[]> = {
  source: ["git"],
  effect: ["git"],
  bundles: ["main", "worker", "parser"],
  chunks: ["chunks"],
}

/** A replacement of the UTF-16 range [start, end) of a unit's text. */
export interface TextEdit {
  start: number
  end: number
  text: string
}

/** One kind of place in upstream's code, and what becomes of each. */
export interface Change {
  /** What is looked for, in words, for the error when it is not found: "the initialiser of ModelsDev.Data". */
  what: string
  /** Text that every place holds, so that a unit without it need not be parsed; for units that are large. */
  anchor?: string
  /** An ast-grep rule (https://ast-grep.github.io/reference/rule.html) in TypeScript's grammar. */
  find: NapiConfig
  /**
   * @param place one match of `find`
   * @param offline the expression by which the patched code reaches the `Offline` object of offline/index.ts; in a
   *   dependency it may give undefined, and stand in asynchronous functions only
   */
  change(place: SgNode, offline: string): TextEdit[]
}

/** A change of code whose files can be told: TypeScript, and bundles that can be read. */
export interface Edit extends Change {
  /**
   * Upstream's source file, relative to its opencode package: `src/provider/models.ts`, `../core/src/npm.ts`. Or all files
   * of a dependency, or of a folder in it: `node_modules/NAME/`. `script/…` is only on the git source.
   */
  file: string
  /**
   * How many places there are in each tree. A tree that is not named has none; `git` defaults to the largest of the
   * others. In a dependency it is the number on `git` of each version that upstream's lockfile resolves.
   */
  places: Partial<Record<TreeName, number>>
}

/**
 * A change of minified code. Names are the minifier's there, and hold for one release: what `change` needs is captured
 * from the match. Strings and the names of properties and methods survive.
 */
export interface ChunkEdit extends Change {
  /** Text that the statement of every place holds, outside of all functions and classes: no other is searched. */
  anchor: string
  /** The same of what else `change` looks at in the chunk. */
  beside?: string[]
  /** How many places there are in all chunks together; where that changed, by ranges of releases that do not overlap. */
  places: number | Record<string, number>
}

/** One concern. `patches/series` gives the order; the file's name is the patch's name: area-verb-object. */
export interface Patch {
  /** A conventional-commit title, as upstream's pull requests need it. */
  subject: string
  /** Why users need it. */
  why: string
  /** Why no setting, plugin or environment variable of upstream's does the same. */
  whyPatch: string
  /**
   * `upstreamable` has a pull request in `pull-requests/` that would make it smaller, or take it out; `offline-only` makes
   * no sense without the rest of this project; `build` is about how it is built.
   */
  kind: "upstreamable" | "build" | "offline-only"
  /** Upstream's issues and pull requests that it answers, as numbers. */
  upstream: number[]
  /** A condition that can be tested, under which the patch can go. */
  removeWhen: string
  /** The releases of upstream in which it must apply, as npm writes ranges. In others it is not needed. */
  range: string
  /** Whether a build without it fails, or names it in build.json and in its last lines. */
  level: "required" | "optional"
  /** In TypeScript of 1.3 and in bundles that can be read, whose places are found alike. */
  edits: Edit[]
  /** In TypeScript of the newest 1.x. */
  effect?: Edit[]
  /** In minified chunks. */
  chunks?: ChunkEdit[]
}

/** Gives a patch its type; the file's default export. */
export function definePatch(patch: Patch): Patch {
  return patch
}

/** Whether an edit names a unit's file. */
export function names(edit: Edit, { file }: Unit): boolean {
  return edit.file.endsWith("/") ? file.includes(`/${edit.file}`) : file === edit.file
}

const DEPENDENCY = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//

/** The name of the dependency whose files an edit changes; undefined when they are upstream's own. */
export function dependencyOf({ file }: Edit): string | undefined {
  return DEPENDENCY.exec(file)?.[1]
}

/**
 * What a patch is to one upstream: `none` is that it is not needed there, `formless` that it is, and has no place in code
 * of this form.
 */
export function standing(
  patch: Patch,
  { version, form }: { version: string; form: Form },
): "applies" | "none" | "formless" {
  if (!semver.satisfies(version, patch.range, { includePrerelease: true })) return "none"
  const has =
    form === "chunks"
      ? patch.chunks !== undefined
      : TREES[form].some((tree) => inForm(patch, form).edits.some((edit) => expectedPlaces(edit, tree) > 0))
  return has ? "applies" : "formless"
}

/** The patch with the edits that it has for one form of TypeScript as its only ones. */
export function inForm<P extends Patch>(patch: P, form: Form): P {
  return form === "effect" ? { ...patch, edits: patch.effect ?? [] } : patch
}

/** The number of places that an edit must find in a tree. */
export function expectedPlaces(edit: Edit, tree: TreeName): number {
  return edit.places[tree] ?? (tree === "git" ? Math.max(0, ...Object.values(edit.places)) : 0)
}

/** The number of places that an edit must find in all chunks of a release; where no range has it, none. */
export function expectedInChunks({ places }: ChunkEdit, version: string): number {
  if (typeof places === "number") return places
  const range = Object.keys(places).find((range) =>
    semver.satisfies(version, range, { includePrerelease: true }),
  )
  return range === undefined ? 0 : places[range]!
}
