import semver from "semver"
import { defineScenario } from "../../scripts/audit/scenario.ts"

export default defineScenario({
  title: "--version",
  what: "Prints the version.",
  worksOffline: true,
  products: ["opencode", "@opencode-ai/cli"],
  async run({ isolated }) {
    const { exitCode, stdout } = await isolated({ args: ["--version"] })
    const printed = stdout.trim()
    return { worked: exitCode === 0 && semver.valid(printed) !== null, detail: printed }
  },
})
