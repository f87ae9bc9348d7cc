/** What this code cannot know by itself about the executable that it is in. */
export interface Embedded {
  /** From what the executable was built; undefined when this is run from its source. */
  source?: "release" | "git"
  /** The commit of upstream's that was built. */
  commit?: string
  /** Upstream's version, as its own --version prints it; undefined when it is not known. */
  version?: string
  /** The version of this project, with which the executable was made; undefined when this is run from its source. */
  patchSet?: string
  /** What upstream's command line has; undefined when it is not known. */
  cli?: CliTable
  /** The module that a web UI is in which the build put there; undefined when there is none. */
  webUi?: string
  /** The release that it was taken from. */
  webUiVersion?: string
  /** The web UI that upstream has inside; undefined when there is none. */
  page?: UpstreamsPage
  /** Whether one server in the background serves all clients of a user. */
  backgroundServer?: boolean
  /** Whether a policy must stand beside it, also one that decides nothing: `true`, or a mark of build/policy-mark.ts. */
  policy?: true | string
  /** Whether what kernel mode needs stands beside it. */
  kernel?: boolean
  /** The patches that it is without; undefined when it has all. */
  leftOut?: string[]
}

/** The page that upstream's executable has inside, as the build found it. */
export interface UpstreamsPage {
  /** The module whose default export is an object: URL paths without the first slash, and the files that they are. */
  index: string
  /** What of its files is sent otherwise, by URL path: the page would ask other hosts for it by itself. */
  edits: Record<string, ByteEdit[]>
}

/** A replacement of the bytes [start, end) of a file. */
export interface ByteEdit {
  start: number
  end: number
  text: string
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
