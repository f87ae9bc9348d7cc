import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "--mini",
  group: "sessions",
  what: "Starts the minimal interactive interface, and holds a conversation in it.",
  worksOffline: true,
  range: ">=1.17.18",
  async run({ isolated }) {
    const result = await isolated({
      args: ["--mini"],
      provider: true,
      pty: true,
      async during({ waitFor, type }) {
        await waitFor("Ask anything")
        await type("say hi")
        await waitFor("say hi")
        await type("\r")
        await waitFor("The mock model says hello.")
      },
    })
    return judge({ "asked the model": result.providerRequests.length > 0 }, "The mock model says hello.")
  },
})
