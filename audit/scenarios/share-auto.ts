import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: 'share: "auto"',
  group: "configuration",
  what: "Answers a question where the configuration says that every conversation is shared. Offline none is.",
  worksOffline: true,
  async run({ isolated }) {
    const files = { "opencode.json": JSON.stringify({ share: "auto" }) }
    const { exitCode, stdout } = await isolated({ args: ["run", "say hi"], provider: true, files })
    return judge(
      { "exit code 0": exitCode === 0, answered: stdout.includes("The mock model says hello.") },
      stdout.trim(),
    )
  },
})
