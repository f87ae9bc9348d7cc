/** What the build put beside this code in the executable, by the names of its modules; what is not there has none. */
export interface Embedded {
  /** From what the executable was built; undefined when it was not built by this project. */
  source?: "release" | "git"
  /** The commit of upstream's that was built. */
  commit?: string
  webUi?: string
  models?: string
  policy?: string
}

/** The build gives this file other contents: `moduleText` in `offline/build/module-text.ts`. */
export const embedded: Embedded = {}
