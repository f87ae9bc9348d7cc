import type { NapiConfig, SgNode } from "@ast-grep/napi"
import type { Unit } from "./unit.ts"

/**
 * The bundles of the release source: `main` and `worker` hold OpenCode's code, `parser` is a worker of OpenTUI's. The git
 * source has one tree, `git`.
 */
export type TreeName = "main" | "worker" | "parser" | "git"

/** A replacement of the UTF-16 range [start, end) of a unit's text. */
export interface TextEdit {
  start: number
  end: number
  text: string
}

/** One kind of place in upstream's code, and what becomes of each. */
export interface Edit {
  /**
   * Upstream's source file, relative to its opencode package: `src/provider/models.ts`. Or all files of a dependency, or
   * of a folder in it: `node_modules/NAME/`. `script/…` is only on the git source.
   */
  file: string
  /** What is looked for, in words, for the error when it is not found: "the initialiser of ModelsDev.Data". */
  what: string
  /** Text that every place holds, so that a unit without it need not be parsed; for units that are large. */
  anchor?: string
  /** An ast-grep rule (https://ast-grep.github.io/reference/rule.html) in TypeScript's grammar. */
  find: NapiConfig
  /**
   * How many places there are in each tree. A tree that is not named has none; `git` defaults to the largest of the
   * others. In a dependency it is the number on `git` of each version that upstream's lockfile resolves.
   */
  places: Partial<Record<TreeName, number>>
  /**
   * @param place one match of `find`
   * @param offline the expression by which the patched code reaches the `Offline` object of offline/index.ts; in a
   *   dependency it may give undefined, and stand in asynchronous functions only
   */
  change(place: SgNode, offline: string): TextEdit[]
}

/** One concern. `patches/series` gives the order; the file's name is the patch's name: area-verb-object. */
export interface Patch {
  /** A conventional-commit title, as upstream's pull requests need it. */
  subject: string
  /** Why users need it. */
  why: string
  /** Why no setting, plugin or environment variable of upstream's does the same. */
  whyPatch: string
  kind: "upstreamable" | "build" | "offline-only"
  /** Upstream's issues and pull requests that it answers, as numbers. */
  upstream: number[]
  /** A condition that can be tested, under which the patch can go. */
  removeWhen: string
  /** Patches without which it applies but does nothing of use. Those without which it does not apply are found. */
  needs?: string[]
  edits: Edit[]
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

/** Whether a patch has a place in one of the trees: some are for one source only. */
export function hasPlaces({ edits }: Patch, trees: TreeName[]): boolean {
  return trees.some((tree) => edits.some((edit) => expectedPlaces(edit, tree) > 0))
}

/** The number of places that an edit must find in a tree. */
export function expectedPlaces(edit: Edit, tree: TreeName): number {
  return edit.places[tree] ?? (tree === "git" ? Math.max(0, ...Object.values(edit.places)) : 0)
}
