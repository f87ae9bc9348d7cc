import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

export default defineScenario({
  title: "instructions from a URL",
  group: "configuration",
  what: "Answers a question where the configuration has instructions from a URL. Offline it answers without them.",
  worksOffline: true,
  async run({ isolated }) {
    const files = settings({ instructions: ["https://rules.example/rules.md"] })
    const { exitCode, stdout } = await isolated({ args: ["run", "say hi"], provider: true, files })
    return judge(
      { "exit code 0": exitCode === 0, answered: stdout.includes("The mock model says hello.") },
      stdout.trim(),
    )
  },
})
