import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "run",
  group: "sessions",
  what: "Answers a question, and nothing else. Offline it answers, too.",
  worksOffline: true,
  async run({ isolated }) {
    const { exitCode, stdout } = await isolated({ args: ["run", "say hi"], provider: true })
    return judge(
      { "exit code 0": exitCode === 0, answered: stdout.includes("The mock model says hello.") },
      stdout.trim(),
    )
  },
})
