import { apply, assign, defineProperty, plain } from "../primordials.ts"
import type { Environment } from "./environment.ts"

type Call = (...args: unknown[]) => unknown
type ShellPromise = Promise<unknown> & Record<"env" | "cwd" | "throws", Call>

/** The runtime's shell: a function that templates are tagged with, and what hangs on it. */
interface Native extends Call {
  Shell?: object
  ShellPromise?: { prototype: ShellPromise }
  ShellError?: object
  braces?: Call
  escape?: Call
}

/**
 * Bun's shell starts programs natively, where nothing can be put ahead of them, and its text may name a program and a variable
 * in any way. So all that it starts gets an environment with the guard in it, whatever the shell was made by and given.
 * @param native is called from here alone, and in no other way
 * @param guarded the environment for a shell that was to have another
 */
export function guardShell(native: Native, guarded: (env: Environment) => Environment): Call {
  const methods = native.ShellPromise?.prototype
  const setEnvironment = methods?.env
  if (!methods || !setEnvironment) return native
  const give = (promise: unknown, env: unknown) =>
    apply(setEnvironment, promise, [{ ...guarded(plain((env ?? process.env) as Environment)) }])
  const { cwd: setFolder, throws: setThrows } = methods
  methods.env = function env(this: unknown, given: unknown) {
    return give(this, given)
  }

  function makeShell(name: string): Call {
    const state: { env?: unknown; cwd?: unknown; throws: boolean } = { throws: true }
    const shell = (...args: unknown[]) => {
      const promise = apply(native, undefined, args)
      if (state.cwd !== undefined) apply(setFolder, promise, [state.cwd])
      apply(setThrows, promise, [state.throws])
      return give(promise, state.env)
    }
    const set = (key: keyof typeof state, value: unknown) => {
      assign(state, { [key]: value })
      return shell
    }
    return assign(defineProperty(shell, "name", { value: name }), {
      env: (given: unknown) => set("env", given === undefined ? given : plain(given as object)),
      cwd: (given: unknown) => set("cwd", given),
      throws: (given: unknown) => set("throws", !!given),
      nothrow: () => set("throws", false),
      ShellPromise: native.ShellPromise,
      ShellError: native.ShellError,
    })
  }

  const Shell = function Shell() {
    return makeShell("Shell")
  }
  return Object.assign(makeShell("BunShell"), { Shell, braces: native.braces, escape: native.escape })
}
