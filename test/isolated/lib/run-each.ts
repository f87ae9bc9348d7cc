import { type IsolatedOptions, runIsolated } from "../../../scripts/harness/run-opencode.ts"
import type { CommandResult } from "../../../scripts/isolation/request.ts"
import { idle } from "./idle.ts"

/** A command's words; with what its environment has beside that of all. */
type Each = readonly string[] | { words: readonly string[]; env: Record<string, string> }

/**
 * Runs commands to their ends in one namespace, one after the other: a namespace of its own costs more than a command that
 * is answered ahead of upstream's code. What was tried, and which files were left, is of all.
 * @param commands a list of them, or each by a name: so are their results, in `each`
 */
export async function runEach<const Commands extends readonly Each[] | Readonly<Record<string, Each>>>(
  { executable, ...options }: Omit<IsolatedOptions, "args">,
  commands: Commands,
) {
  const found: [string, CommandResult][] = []
  const result = await runIsolated({
    ...options,
    ...idle,
    async during({ execute }) {
      for (const [name, command] of Object.entries<Each>(commands)) {
        const { words, env } = "words" in command ? command : { words: command, env: {} }
        found.push([name, await execute(executable, [...words], { env })])
      }
    },
  })
  const each = Array.isArray(commands) ? found.map(([, said]) => said) : Object.fromEntries(found)
  return { ...result, each: each as { -readonly [Name in keyof Commands]: CommandResult } }
}
