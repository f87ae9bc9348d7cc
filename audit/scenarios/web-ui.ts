import { join } from "node:path"
import { defineScenario } from "../../scripts/audit/scenario.ts"
import { OPENS_SESSION_MS } from "../../scripts/harness/provider.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { judge } from "../lib/outcome.ts"
import { githubCheckout } from "../lib/projects.ts"
import { serve } from "../lib/serve.ts"
import type { Tour, TourRequest } from "../lib/web-ui-tour.ts"

const script = join(import.meta.dirname, "../lib/web-ui-tour.ts")
const places = ["home", "project", "session", "settings", "model picker", "terminal"]

export default defineScenario({
  title: "the web UI",
  group: "server and page",
  what: "Opens the web UI in Chromium: the home page, a project and a conversation, the settings, the models to choose from, and a terminal.",
  worksOffline: true,
  async run({ isolated }) {
    const browser = await unpackBrowser()
    let tour: Tour = { reached: [], elsewhere: [] }
    const result = await serve(
      isolated,
      { files: githubCheckout, thinkingMs: OPENS_SESSION_MS },
      async ({ execute, folder }) => {
        const request: TourRequest = {
          browser,
          url: serverUrl,
          project: folder.project,
          question: "What is the answer?",
          answer: "The mock model says hello.",
          command: "echo made > made-in-terminal; echo done-$((40 + 2))",
        }
        const { stdout, stderr } = await execute(process.execPath, [script, JSON.stringify(request)])
        if (stdout === "") throw new Error(`the tour failed: ${stderr}`)
        tour = JSON.parse(stdout)
      },
    )
    return judge(
      {
        "been everywhere": tour.reached.join() === places.join(),
        "ran a command in the terminal": result.files.includes("project/made-in-terminal"),
        "stayed with the server": tour.elsewhere.length === 0,
      },
      [tour.reached.join(", ") || "nothing", tour.error, ...tour.elsewhere].filter(Boolean).join("; "),
    )
  },
})
