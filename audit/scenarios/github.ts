import { type AuditContext, defineScenario } from "../../scripts/audit/scenario.ts"
import { providerModel } from "../../scripts/harness/provider.ts"
import { judge, judgeRefusal } from "../lib/outcome.ts"
import { githubCheckout } from "../lib/projects.ts"

const refused = /The GitHub command is off because OpenCode is offline/

export default defineScenario({
  title: "github",
  what: "Installs the GitHub agent, and runs it with a token of GitHub's and with one to exchange. Offline each says that it is off.",
  worksOffline: false,
  async run(context) {
    const results = await Promise.all([
      context.isolated({ args: ["github", "install"], files: githubCheckout, pty: true }),
      runAgent(context, { USE_GITHUB_TOKEN: "true", GITHUB_TOKEN: "none" }),
      runAgent(context, {}, "--token", "github_pat_none"),
    ])
    const outcomes = results.map((result) => judgeRefusal(result, context, refused))
    return judge({ "all of them": outcomes.every(({ worked }) => worked) }, outcomes[1]!.detail)
  },
})

function runAgent({ isolated }: AuditContext, env: Record<string, string>, ...args: string[]) {
  const event = {
    eventName: "workflow_dispatch",
    actor: "someone",
    repo: { owner: "someone", repo: "something" },
    payload: {},
  }
  return isolated({
    args: ["github", "run", "--event", JSON.stringify(event), ...args],
    files: githubCheckout,
    provider: true,
    env: { MODEL: providerModel, PROMPT: "say hi", GITHUB_RUN_ID: "1", ...env },
  })
}
