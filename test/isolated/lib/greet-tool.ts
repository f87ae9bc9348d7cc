import type { Turn } from "../../../scripts/harness/provider.ts"

/** A tool of the kind that OpenCode's documentation shows. */
export const GREET = `import { tool } from "@opencode-ai/plugin"
import type { ToolContext } from "@opencode-ai/plugin"

export default tool({
  description: "Greets",
  args: { name: tool.schema.string().describe("Whom"), times: tool.schema.number().int().optional() },
  async execute({ name, times = 1 }, context: ToolContext) {
    return \`good day \${name} \`.repeat(times) + typeof context.sessionID
  },
})
`

/** A call of it, when its file is `greet.ts`, and what it gives back. */
export const CALL: Turn = { tool: "greet", input: { name: "Ann", times: 2 } }
export const ANSWER = "good day Ann good day Ann string"
