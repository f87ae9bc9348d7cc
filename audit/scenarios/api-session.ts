import { defineScenario } from "../../scripts/audit/scenario.ts"
import { askOneQuestion, connect, SERVER } from "../../scripts/harness/background-server.ts"
import { toolThenText } from "../../scripts/harness/provider.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "a session over the API of 2.x",
  group: "server and page",
  what: "Serves, and answers a question that is asked over the API. Offline it answers, too.",
  worksOffline: true,
  products: ["@opencode-ai/cli"],
  async run({ isolated, executable }) {
    let answer = ""
    await isolated({
      args: ["serve", "--port", new URL(SERVER).port],
      provider: toolThenText,
      async during(context) {
        answer = await askOneQuestion(await connect(context, executable), context)
        // What the server starts in the background may take a moment to leave.
        await watchFor(2000)
      },
    })
    return judge({ answered: answer === "The mock model says hello." }, answer || "no answer")
  },
})
