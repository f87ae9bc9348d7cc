import { runCommand, type Setup } from "../../../scripts/harness/scenarios.ts"

/** What a tool gave back, and the run that it was called in. */
export type ToolCall = Awaited<ReturnType<typeof runCommand>> & { output: string }

/**
 * Calls a tool as OpenCode itself does, without a model: a start that costs half of a question. What a model is told is
 * seen with `ask` only. Throws an Error with what was printed when the tool gave nothing.
 */
export async function callTool(setup: Setup, tool: string, params: object): Promise<ToolCall> {
  const words = ["debug", "agent", "build", "--tool", tool, "--params", JSON.stringify(params)]
  const run = await runCommand(setup, ...words)
  return { ...run, output: toolOutput(run) }
}

/** What the tool gave back, of what that command printed. */
export function toolOutput({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const start = stdout.indexOf("{\n")
  if (start < 0) throw new Error(`the tool gave nothing:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout.slice(start)).result.output
}
