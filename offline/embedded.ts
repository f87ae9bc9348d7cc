/** What this code cannot know by itself about the executable that it is in. */
export interface Embedded {
  /** From what the executable was built; undefined when this is run from its source. */
  source?: "release" | "git"
  /** Upstream's version. */
  version?: string
  /** The commit of upstream's that was built. */
  commit?: string
  /** The module that the web UI is in; undefined when there is none. */
  webUi?: string
}

/** The build gives this file other contents: scripts/contents/offline-module.ts or, on the git source, build/embed.ts. */
export const embedded: Embedded = {}
