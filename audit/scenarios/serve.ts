import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { serve } from "../lib/serve.ts"

export default defineScenario({
  title: "serve",
  group: "server and page",
  what: "Serves the page, the API's description and the configuration; makes a session, holds a conversation in it, and shares it. Offline it says that sharing is off.",
  worksOffline: true,
  async run({ isolated, has }) {
    const checks: Record<string, boolean> = {}
    await serve(isolated, {}, async ({ ask }) => {
      const page = await ask("GET", "/", { headers: { accept: "text/html" } })
      checks["served the page"] = page.status === 200 && /<title>OpenCode<\/title>/.test(page.text)
      const { openapi } = JSON.parse((await ask("GET", "/doc")).text)
      checks["served the API's description"] = typeof openapi === "string"
      const { model } = JSON.parse((await ask("GET", "/config")).text)
      checks["served the configuration"] = model === "mock/mock-model"
      const { id } = JSON.parse((await ask("POST", "/session", { body: "{}" })).text)
      const parts = [{ type: "text", text: "say hi" }]
      const answer = await ask("POST", `/session/${id}/message`, { body: JSON.stringify({ parts }) })
      checks.answered = answer.text.includes("The mock model says hello.")
      const shared = await ask("POST", `/session/${id}/share`)
      checks["said that sharing is off"] =
        !has("share-refuse") || (shared.status === 403 && shared.text.includes("Sharing is off"))
    })
    return judge(checks, "the page, the API, a conversation")
  },
})
