import { defineScenario } from "../../scripts/audit/scenario.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { judge } from "../lib/outcome.ts"

export default defineScenario({
  title: "the TUI's start",
  group: "sessions",
  what: "Starts the TUI, and leaves it alone for 15 seconds. Offline it starts, too.",
  worksOffline: true,
  products: ["opencode", "@opencode-ai/cli"],
  async run({ isolated }) {
    let seen = ""
    await isolated({
      provider: true,
      pty: { columns: 130, rows: 40 },
      async during({ screen }) {
        await watchFor(15_000)
        // It leaves the screen empty when it ends.
        seen = await screen()
      },
    })
    const drawn = seen.split("\n").filter((line) => line.trim() !== "").length
    return judge({ "drew something": drawn > 0 }, `${drawn} lines are drawn`)
  },
})
