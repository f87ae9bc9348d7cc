import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judgeRefusal } from "../lib/outcome.ts"

export default defineScenario({
  title: "models --refresh",
  what: "Downloads the catalogue of models. Offline it says that refreshing is off.",
  worksOffline: false,
  async run(context) {
    const result = await context.isolated({ args: ["models", "--refresh"], provider: true })
    return judgeRefusal(result, context, /Refreshing the model catalogue is off because OpenCode is offline/)
  },
})
