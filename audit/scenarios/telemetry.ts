import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "telemetry",
  group: "server and page",
  what: "Answers a question where the environment says where OpenTelemetry goes. Offline it answers, and sends nothing.",
  worksOffline: true,
  range: ">=1.14.48",
  async run({ isolated }) {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://telemetry.example" }
    const { exitCode, stdout } = await isolated({ args: ["run", "say hi"], provider: true, env })
    return judge(
      { "exit code 0": exitCode === 0, answered: stdout.includes("The mock model says hello.") },
      stdout.trim(),
    )
  },
})
