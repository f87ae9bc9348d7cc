import { defineScenario } from "../../scripts/audit/scenario.ts"
import { toolsOffered } from "../../scripts/harness/scenarios.ts"
import { judge } from "../lib/outcome.ts"

/** Each provider of searches, and what switches it on. */
const providers: Record<string, Record<string, string>> = {
  exa: { OPENCODE_ENABLE_EXA: "1" },
  parallel: { OPENCODE_ENABLE_PARALLEL: "1" },
  "the one that is named": { OPENCODE_ENABLE_EXA: "1", OPENCODE_WEBSEARCH_PROVIDER: "parallel" },
}

const turns = [{ tool: "websearch", input: { query: "how to sew" } }, { text: "The mock model says hello." }]

export default defineScenario({
  title: "websearch",
  group: "sessions",
  what: "A model searches the web with each provider that can be switched on, and answers. Offline no search is offered to it.",
  worksOffline: true,
  range: ">=1.14.48",
  async run({ isolated, variant }) {
    const results = await Promise.all(
      Object.values(providers).map((env) => isolated({ args: ["run", "say hi"], provider: turns, env })),
    )
    const offered = Object.keys(providers).filter((_, index) =>
      toolsOffered(results[index]!).includes("websearch"),
    )
    return judge(
      {
        "exit code 0": results.every(({ exitCode }) => exitCode === 0),
        answered: results.every(({ stdout }) => stdout.includes("The mock model says hello.")),
        "offered as it should be": offered.length === (variant === "stock" ? results.length : 0),
      },
      `offered with ${offered.join(", ") || "none"}`,
    )
  },
})
