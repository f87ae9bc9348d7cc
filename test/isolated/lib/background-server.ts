import { type Ask, askOneQuestion, connect, SERVER } from "../../../scripts/harness/background-server.ts"
import type { Turn } from "../../../scripts/harness/provider.ts"
import {
  type IsolatedContext,
  type IsolatedOptions,
  runIsolated,
} from "../../../scripts/harness/run-opencode.ts"

interface Session extends Pick<IsolatedOptions, "env" | "files" | "home"> {
  executable: string
  turns: Turn[]
  /** Acts when the model has answered. */
  after?: (ask: Ask, context: IsolatedContext) => Promise<void>
}

/** Starts `serve`, has a conversation of one question over its HTTP API, and ends it. */
export async function converseOverApi({ turns, after, executable, ...options }: Session) {
  let answer = ""
  const result = await runIsolated({
    ...options,
    executable,
    args: ["serve", "--port", new URL(SERVER).port],
    provider: turns,
    async during(context) {
      const ask = await connect(context, executable)
      answer = await askOneQuestion(ask, context)
      await after?.(ask, context)
    },
  })
  return { ...result, answer }
}
