import { defineScenario } from "../../scripts/audit/scenario.ts"
import type { IsolatedContext } from "../../scripts/harness/run-opencode.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "acp",
  group: "sessions",
  what: "Holds a conversation with an editor over standard input and output, by the Agent Client Protocol.",
  worksOffline: true,
  async run({ isolated }) {
    let said = ""
    const result = await isolated({
      args: ["acp"],
      provider: true,
      interactive: true,
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

/** Sends a JSON-RPC request, one a line, and waits for the result. Throws when it is an error. */
async function request(
  { type, output, waitUntil }: IsolatedContext,
  id: number,
  method: string,
  params: object,
) {
  await type(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`)
  const answer = await waitUntil(`an answer to ${method}`, async () => {
    const lines = (await output()).split("\n").slice(0, -1)
    const messages = lines.filter((text) => text.startsWith("{")).map((line) => JSON.parse(line))
    return messages.find((message) => message.id === id && !message.method)
  })
  if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
  return answer.result
}
