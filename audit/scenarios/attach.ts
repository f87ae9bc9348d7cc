import { join } from "node:path"
import { defineScenario } from "../../scripts/audit/scenario.ts"
import { OPENS_SESSION_MS } from "../../scripts/harness/provider.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { judge } from "../lib/outcome.ts"
import { serve } from "../lib/serve.ts"

const client = join(import.meta.dirname, "../lib/attach.ts")

export default defineScenario({
  title: "attach",
  group: "sessions",
  what: "Opens the TUI on a server that runs already, and holds a conversation there.",
  worksOffline: true,
  async run({ isolated, executable }) {
    let screen = ""
    let answered = false
    const result = await serve(isolated, { thinkingMs: OPENS_SESSION_MS }, async ({ execute }) => {
      const { exitCode, stdout } = await execute(process.execPath, [client, executable, serverUrl])
      answered = exitCode === 0
      screen = stdout
    })
    // The server it is, and not the client, that asks the model.
    const asked = result.providerRequests.length > 0
    return judge({ answered, asked }, answered ? "The mock model says hello." : screen.replace(/\s+/g, " "))
  },
})
