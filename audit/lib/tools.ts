import type { IsolatedResult } from "../../scripts/harness/run-opencode.ts"

/** What the tools gave back to the model, in the order of the calls. */
export function toolOutputs({ providerRequests }: IsolatedResult): string[] {
  const conversations = providerRequests.map(({ body }) =>
    ((body?.messages ?? []) as { role: string; content: string }[]).filter(({ role }) => role === "tool"),
  )
  const longest = conversations.reduce((a, b) => (b.length > a.length ? b : a), [])
  return longest.map(({ content }) => content)
}
