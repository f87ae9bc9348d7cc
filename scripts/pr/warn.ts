import { HEADINGS, sectionOf } from "./body-text.ts"
import type { PreparedCommit } from "./read-commits.ts"
import { isTest } from "./write-body.ts"

const MOST_LINES = 300
const MOST_FILES = 10
const LONGEST_TITLE = 72

/** A pull request as it lies in a folder. */
export interface Prepared {
  title: string
  body: string
  /** The body as it was written by this tool; undefined when that is not known. */
  generated: string | undefined
  /** The commits of the files for `git am`; undefined when there are none. */
  commits: PreparedCommit[] | undefined
}

/**
 * What a maintainer would send it back for, though no bot does.
 * @returns a line each
 */
export function warn({ title, body, generated, commits }: Prepared): string[] {
  return [
    ...(title.length > LONGEST_TITLE
      ? [`the title has ${title.length} characters, more than ${LONGEST_TITLE}`]
      : []),
    ...warnGenerated(body, generated),
    ...(commits
      ? warnCommits(commits)
      : ["no .patch file beside it: its size and its tests were not looked at"]),
  ]
}

/** Who opens a pull request answers for it, and upstream closes those whose words are a machine's. */
function warnGenerated(body: string, generated: string | undefined): string[] {
  if (generated === undefined) return []
  return [HEADINGS.what, HEADINGS.verified]
    .filter((heading) => sectionOf(body, heading) === sectionOf(generated, heading))
    .map((heading) => `"${heading}" is as npm run pr wrote it: say it in your own words`)
}

function warnCommits(commits: PreparedCommit[]): string[] {
  const changes = commits.flatMap(({ changes }) => changes)
  const added = changes.reduce((sum, change) => sum + change.added, 0)
  const files = new Set(changes.map(({ file }) => file))
  const scopes = new Set(commits.map(({ title }) => /^\w+\(([^)]*)\)/.exec(title)?.[1] ?? ""))
  return [
    ...(added > MOST_LINES ? [`it adds ${added} lines, more than ${MOST_LINES}`] : []),
    ...(files.size > MOST_FILES ? [`it touches ${files.size} files, more than ${MOST_FILES}`] : []),
    ...(scopes.size > 1
      ? [`more than one concern: its commits are about ${[...scopes].join(", ")}; send the first ones first`]
      : []),
    ...([...files].some(isTest) ? [] : ["it brings no test"]),
  ]
}
