import { execa, type Options, type ResultPromise } from "execa"

/**
 * The only place that starts a process. The child gets exactly the environment that is given here, never this
 * process's own by accident; its exit code is for the caller to judge.
 */
export function run<T extends Options>(file: string, args: string[], options: T) {
  return execa(file, args, { reject: false, extendEnv: false, stripFinalNewline: false, ...options })
}

export type { ResultPromise }
