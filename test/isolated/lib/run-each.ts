import { type IsolatedOptions, runIsolated } from "../../../scripts/harness/run-opencode.ts"
import type { CommandResult } from "../../../scripts/isolation/request.ts"
import { idle } from "./idle.ts"

/** A command's words; with what its environment has beside that of all. */
type Each = readonly string[] | { words: readonly string[]; env: Record<string, string> }

/**
 * Runs commands to their ends in one namespace, one after the other: a namespace of its own costs more than a command that
 * is answered ahead of upstream's code. What was tried, and which files were left, is of all. Not for a project that has Bun
 * run something: Bun waits in it, too.
 */
export async function runEach<const Commands extends readonly Each[]>(
  { executable, ...options }: Omit<IsolatedOptions, "args">,
  commands: Commands,
) {
  const each: CommandResult[] = []
  const result = await runIsolated({
    ...options,
    ...idle,
    async during({ execute }) {
      for (const command of commands) {
        const { words, env } = "words" in command ? command : { words: command, env: {} }
        each.push(await execute(executable, [...words], { env }))
      }
    },
  })
  return { ...result, each: each as { -readonly [Index in keyof Commands]: CommandResult } }
}
