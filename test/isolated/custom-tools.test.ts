import { describe, expect, test } from "bun:test"
import { type IsolatedOptions, runIsolated } from "../../scripts/lib/isolation/isolated.ts"
import { providerConfig, type Turn } from "../../scripts/lib/isolation/provider.ts"
import { toolResults } from "../../scripts/lib/isolation/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"

/** A tool of the kind that OpenCode's documentation shows. */
const GREET = `import { tool } from "@opencode-ai/plugin"
import type { ToolContext } from "@opencode-ai/plugin"

export default tool({
  description: "Greets",
  args: { name: tool.schema.string().describe("Whom"), times: tool.schema.number().int().optional() },
  async execute({ name, times = 1 }, context: ToolContext) {
    return \`good day \${name} \`.repeat(times) + typeof context.sessionID
  },
})
`

const CALL: Turn[] = [{ tool: "greet", input: { name: "Ann", times: 2 } }, { text: "done" }]

function runOffline(options: Partial<IsolatedOptions>) {
  return runIsolated({
    executable: builtExecutable(),
    args: ["--offline", "run", "hi"],
    provider: CALL,
    ...options,
  })
}

const ANSWER = "good day Ann good day Ann string"

const CONFIG = { ".config/opencode/opencode.json": JSON.stringify(providerConfig()) }

describe("a custom tool that imports @opencode-ai/plugin, offline, without an install", () => {
  test.each([
    ["the project", { files: { ".opencode/tool/greet.ts": GREET } }],
    ["the configuration folder", { home: { ".config/opencode/tool/greet.ts": GREET } }],
  ])(
    "is called with its arguments when it is in %s",
    async (_, { home, files }: Partial<IsolatedOptions>) => {
      const result = await runOffline({ files, home: { ...CONFIG, ...home } })
      expect(toolResults(result)).toEqual([ANSWER])
      expect(result.stdout).toContain("done")
      expect(result.files.filter((file) => /node_modules|package\.json$/.test(file))).toEqual([])
      expect(result.attempts).toEqual([])
    },
  )
})
