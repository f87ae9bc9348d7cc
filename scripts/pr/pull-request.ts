import type { Change } from "../patching/patch.ts"

/**
 * How the code of a repository is written. Upstream's own: `namespaces` is 1.3 (namespaces, Hono, yargs), `effect` is the
 * newest of 1.x (Effect, a package `core`). Another repository is had in one way, `other`.
 */
export type Vintage = "namespaces" | "effect" | "other"

/** A place in a file, and what becomes of it: our own words, and what is captured from the match. */
export interface FileEdit extends Omit<Change, "change"> {
  /** From the repository's folder. */
  file: string
  /** How many places there are; a pair is the fewest and the most, where commits of one vintage differ. */
  places: number | [fewest: number, most: number]
  change(...args: [place: Parameters<Change["change"]>[0]]): ReturnType<Change["change"]>
}

/** A row for a table of Markdown's. One that is there already stays as it is. */
export interface Row {
  file: string
  /** The first cell of the row that it stands behind; in a table without that, it is the last. */
  after: string
  cells: string[]
}

/** One commit. */
export interface Step {
  /** The commit's title, when it is not the pull request's. */
  subject?: string
  edits: FileEdit[]
  rows?: Row[]
  /** What is added at the end of a file. */
  sections?: Record<string, string>
  /** New files: by their paths, their names in `pull-requests/files/NAME/`; once read, their texts. */
  files?: Record<string, string>
}

/** A change that stands alone in upstream's code: nothing in it knows this project. */
export interface PullRequest {
  /** A conventional-commit title. */
  subject: string
  /** What is wrong, and what this does about it; the body's text. */
  why: string
  /** Issues that it closes, and others that it answers. */
  closes: number[]
  related: number[]
  /** Patches of `patches/series` that are smaller or gone once it is merged. */
  instead: string[]
  /** Pull requests that it builds on. */
  needs?: string[]
  /** Where 2.x has what this is about, or why it makes no sense there. */
  in2x: string
  /** The repository that it goes to, when that is not upstream's own. */
  repository?: { url: string; branch: string }
  forms: Partial<Record<Vintage, Step[]>>
  /** Why a vintage has no form. */
  absent?: Partial<Record<Vintage, string>>
}

export interface NamedPullRequest extends PullRequest {
  name: string
}

/** Gives a pull request its type; the file's default export. */
export function definePullRequest(request: PullRequest): PullRequest {
  return request
}
