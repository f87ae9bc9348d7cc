import { type IsolatedOptions, runIsolated } from "../../../scripts/harness/run-opencode.ts"
import { hostsTried } from "../../../scripts/harness/scenarios.ts"
import type { CommandResult } from "../../../scripts/isolation/request.ts"

/**
 * Runs commands of an executable one after the other, in one network with one home.
 * @param commands by a name each
 * @param own what a command has of its own in its environment, by its name
 * @returns what each said, by its name, and the hosts that all of them tried
 */
export async function runEach<Name extends string>(
  executable: string,
  commands: Record<Name, string[]>,
  env: Record<string, string> = {},
  own: (name: string) => Record<string, string> = () => ({}),
) {
  const said: Record<string, CommandResult> = {}
  const options: IsolatedOptions = {
    executable: Bun.which("sleep")!,
    args: ["infinity"],
    env,
    async during({ execute }) {
      for (const [name, args] of Object.entries<string[]>(commands))
        said[name] = await execute(executable, args, { env: own(name) })
    },
  }
  const tried = hostsTried(await runIsolated(options))
  return { said: said as Record<Name, CommandResult>, tried }
}
