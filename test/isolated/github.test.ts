import { expect, test } from "bun:test"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, untilTried } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

const event = {
  eventName: "workflow_dispatch",
  actor: "someone",
  repo: { owner: "someone", repo: "something" },
  payload: {},
}

const env = {
  MODEL: "mock/mock-model",
  PROMPT: "say hi",
  USE_GITHUB_TOKEN: "true",
  GITHUB_TOKEN: "none",
  GITHUB_RUN_ID: "1",
}

// That upstream's does the audit shows, and which host that is.
test.each(["ours, with the switch off,", ...(runsAll ? ["upstream's"] : [])])(
  "%s calls GitHub's API by the names of its endpoints",
  async (whose) => {
    const executable = whose === "upstream's" ? await stockExecutable() : builtExecutable()
    const args = ["github", "run", "--event", JSON.stringify(event)]
    const during = untilTried("api.github.com")
    const run = await runIsolated({ executable, env, args, provider: true, during })
    expect(hostsTried(run)).toContain("api.github.com")
  },
)
