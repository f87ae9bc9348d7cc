import { defineScenario } from "../../scripts/audit/scenario.ts"
import { providerModel } from "../../scripts/harness/provider.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "models",
  what: "Lists the models of the catalogue and the one that is configured.",
  worksOffline: true,
  async run({ isolated }) {
    // Offline, what cannot be reached is not listed.
    const env = { OPENCODE_OFFLINE_ALLOW: "opencode.ai:443" }
    const { exitCode, stdout } = await isolated({ args: ["models"], provider: true, env })
    const models = stdout.trim().split("\n")
    return judge(
      {
        "exit code 0": exitCode === 0,
        "listed the configured one": models.includes(providerModel),
        "listed the catalogue": models.some((model) => model.startsWith("opencode/")),
      },
      `${models.length} models`,
    )
  },
})
