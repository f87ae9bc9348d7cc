import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judgeRefusal } from "../lib/outcome.ts"

export default defineScenario({
  title: "import of a share URL",
  what: "Fetches a conversation that someone has shared. Offline it says that the host is blocked, and what would allow it.",
  worksOffline: false,
  async run(context) {
    const result = await context.isolated({ args: ["import", "https://opncd.ai/share/abc"], provider: true })
    return judgeRefusal(result, context, /opncd\.ai:443 was blocked.*OPENCODE_OFFLINE_ALLOW=opncd\.ai:443/)
  },
})
