import { defineScenario } from "../../scripts/audit/scenario.ts"

export default defineScenario({
  title: "--version",
  what: "Prints the version.",
  worksOffline: true,
  products: ["opencode", "@opencode-ai/cli"],
  async run({ isolated }) {
    const { exitCode, stdout } = await isolated({ args: ["--version"] })
    return { worked: exitCode === 0 && /^\d+\.\d+\.\d+/.test(stdout), detail: stdout.trim() }
  },
})
