import type { UpstreamsPage } from "./web-ui/upstreams-page.ts"

/** What this code cannot know by itself about the executable that it is in. */
export interface Embedded {
  /** From what the executable was built; undefined when this is run from its source. */
  source?: "release" | "git"
  /** The commit of upstream's that was built. */
  commit?: string
  /** Upstream's version, as its own --version prints it; undefined when it is not known. */
  version?: string
  /** What upstream's command line has; undefined when it is not known. */
  cli?: CliTable
  /** The module that a web UI is in which the build put there; undefined when there is none. */
  webUi?: string
  /** The web UI that upstream has inside; undefined when there is none. */
  page?: UpstreamsPage
  /** Whether one server in the background serves all clients of a user. */
  backgroundServer?: boolean
  /** Whether a policy stands beside it: in every executable that was built, if it decides nothing. */
  policy?: boolean
  /** The patches that it is without; undefined when it has all. */
  leftOut?: string[]
}

/** The words that a release's command line knows, as `scripts/upstream/cli-table.ts` reads them from its code. */
export interface CliTable {
  /** Commands and their other names, without sub-commands. */
  commands: string[]
  /** Options that take the next word, without dashes; short ones too. */
  valueOptions: string[]
}

/** The build gives this file other contents: scripts/contents/offline-module.ts or, on the git source, build/embed.ts. */
export const embedded: Embedded = {}
