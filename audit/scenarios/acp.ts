import { setTimeout as sleep } from "node:timers/promises"
import { defineScenario } from "../../scripts/audit/scenario.ts"
import type { IsolatedContext } from "../../scripts/isolation/isolated.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "acp",
  what: "Holds a conversation with an editor over standard input and output, by the Agent Client Protocol.",
  worksOffline: true,
  async run({ isolated }) {
    let said = ""
    const result = await isolated({
      args: ["acp"],
      provider: true,
      interactive: true,
      timeoutMs: 120_000,
      async during(context) {
        await request(context, 1, "initialize", { protocolVersion: 1 })
        const { sessionId } = await request(context, 2, "session/new", {
          cwd: context.folder.project,
          mcpServers: [],
        })
        const prompt = [{ type: "text", text: "say hi" }]
        const { stopReason } = await request(context, 3, "session/prompt", { sessionId, prompt })
        said = stopReason
      },
    })
    const answered = result.stdout.includes("The mock model says hello.")
    return judge({ answered, "came to its end": said === "end_turn" }, "The mock model says hello.")
  },
})

/** Sends a JSON-RPC request, one a line, and waits for the result. Throws when it is an error, or does not come. */
async function request({ type, output }: IsolatedContext, id: number, method: string, params: object) {
  await type(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`)
  const end = performance.now() + 40_000
  while (performance.now() < end) {
    const lines = (await output()).split("\n").slice(0, -1)
    for (const line of lines.filter((text) => text.startsWith("{"))) {
      const answer = JSON.parse(line)
      if (answer.id !== id || answer.method) continue
      if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
      return answer.result
    }
    await sleep(50)
  }
  throw new Error(`${method} had no answer in 40 s`)
}
