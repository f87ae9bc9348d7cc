import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"

export default defineScenario({
  title: "run --share",
  group: "sessions",
  what: "Answers a question and shares the conversation. Offline it answers, and says that sharing is off.",
  worksOffline: true,
  async run({ isolated, has }) {
    const result = await isolated({ args: ["run", "say hi", "--share"], provider: true })
    const said = linesOf(result).find((line) => /Sharing is off because OpenCode is offline/.test(line))
    return judge(
      {
        "exit code 0": result.exitCode === 0,
        answered: result.stdout.includes("The mock model says hello."),
        "said that sharing is off": !has("share-refuse") || said !== undefined,
      },
      said ?? linesOf(result).at(-1)!,
    )
  },
})
