import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

export default defineScenario({
  title: "a plugin in the configuration",
  group: "configuration",
  what: "Answers a question where the configuration names a plugin of the npm registry. Offline it answers without it, and says how to provide it.",
  worksOffline: true,
  async run({ isolated, has }) {
    const files = settings({ plugin: ["a-plugin-from-nowhere@1.2.3"] })
    const result = await isolated({ args: ["run", "say hi"], provider: true, files })
    const said = linesOf(result).find((line) => /a-plugin-from-nowhere@1\.2\.3 is not installed/.test(line))
    return judge(
      {
        "exit code 0": result.exitCode === 0,
        answered: result.stdout.includes("The mock model says hello."),
        "said how to provide it": !has("packages-import-inside") || said !== undefined,
      },
      said ?? "answered",
    )
  },
})
