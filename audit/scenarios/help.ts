import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"

export default defineScenario({
  title: "--help",
  what: "Lists the commands.",
  worksOffline: true,
  async run({ isolated }) {
    const result = await isolated({ args: ["--help"] })
    const commands = linesOf(result).filter((line) => /^opencode [a-z[]/.test(line))
    return judge(
      { "exit code 0": result.exitCode === 0, "listed the commands": commands.length > 10 },
      `${commands.length} commands`,
    )
  },
})
