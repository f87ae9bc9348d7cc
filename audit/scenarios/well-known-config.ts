import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"

const signedIn = { "https://org.example": { type: "wellknown", key: "ORG_TOKEN", token: "none" } }

export default defineScenario({
  title: ".well-known configuration",
  group: "configuration",
  what: "Answers a question for someone who is signed in to an organisation that hands out its configuration. Offline it answers without that, and says so.",
  worksOffline: true,
  needs: ["config-remote-skip"],
  async run({ isolated, variant }) {
    const result = await isolated({
      args: ["run", "say hi"],
      provider: true,
      home: { ".local/share/opencode/auth.json": JSON.stringify(signedIn) },
    })
    const said = linesOf(result).find((line) => /org\.example.*blocked|blocked.*org\.example/.test(line))
    return judge(
      variant === "stock"
        ? { ended: result.exitCode !== undefined }
        : {
            "exit code 0": result.exitCode === 0,
            answered: result.stdout.includes("The mock model says hello."),
            "said that it is left out": said !== undefined,
          },
      said ?? linesOf(result).at(-1) ?? "nothing was printed",
    )
  },
})
