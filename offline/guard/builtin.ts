/** Taken at once: a program may exchange it, and what is asked for here is the runtime's own. */
const { getBuiltinModule } = process

/**
 * A builtin module, the same object that `require` and `import` give. Asked for by name at run time, so that a process
 * that is not offline does not load it.
 */
export function builtin<T>(name: string): T {
  return getBuiltinModule(name) as T
}

/** The runtime's own object; there is none where this code runs in another runtime. */
export function bunObject(): Record<string, unknown> | undefined {
  return (globalThis as { Bun?: Record<string, unknown> }).Bun
}
