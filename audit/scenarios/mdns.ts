import { defineScenario } from "../../scripts/audit/scenario.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { judge } from "../lib/outcome.ts"
import { serve } from "../lib/serve.ts"

export default defineScenario({
  title: "serve --mdns",
  group: "server and page",
  what: "Serves, and announces itself by multicast DNS. Offline it serves unannounced.",
  worksOffline: true,
  async run({ isolated }) {
    let health = ""
    const args = ["serve", "--mdns", "--port", new URL(serverUrl).port]
    await serve(isolated, { args }, async ({ ask }) => {
      // An announcement is sent a moment after the server is there.
      await watchFor(1000)
      health = (await ask("GET", "/global/health")).text
    })
    return judge({ served: health.includes('"healthy":true') }, health)
  },
})
