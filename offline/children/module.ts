/** Where a child finds the path of the file that it runs first; only such a file sets it. */
export const CHILD_MODULE: unique symbol = Symbol.for("opencode.offline.module") as never

/** Set when this code runs from a file, in a child that is Bun. */
export const childModule = (globalThis as { [CHILD_MODULE]?: string })[CHILD_MODULE]
