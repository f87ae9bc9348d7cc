import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judgeRefusal } from "../lib/outcome.ts"
import { dials } from "../lib/programs.ts"
import { githubCheckout } from "../lib/projects.ts"

export default defineScenario({
  title: "pr",
  what: "Checks out a pull request with `gh`, which connects to GitHub. Offline it says that it is off, and `gh` is not started.",
  worksOffline: false,
  async run(context) {
    const programs = { gh: dials("api.github.com") }
    const result = await context.isolated({ args: ["pr", "1"], files: githubCheckout, programs })
    return judgeRefusal(result, context, /The GitHub command is off because OpenCode is offline/)
  },
})
