import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

export default defineScenario({
  title: "a provider package in the configuration",
  group: "configuration",
  what: "Asks a model whose provider is a package of the npm registry. Offline it says how to provide the package.",
  worksOffline: false,
  async run({ isolated, has }) {
    const provider = { other: { npm: "a-provider-from-nowhere", models: { some: {} } } }
    const args = ["run", "say hi", "-m", "other/some"]
    const result = await isolated({ args, provider: true, files: settings({ provider }) })
    const said = linesOf(result).find((line) => /a-provider-from-nowhere@latest is not installed/.test(line))
    return judge(
      // Upstream's `run` ends with 0 when the model cannot be had.
      {
        ended: result.exitCode !== undefined,
        "said how to provide it": !has("packages-import-inside") || said?.includes("npm install") === true,
      },
      said ?? linesOf(result).at(-1)!,
    )
  },
})
