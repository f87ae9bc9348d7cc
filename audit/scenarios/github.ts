import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, judgeRefusal } from "../lib/outcome.ts"

const refused = /The GitHub command is off because OpenCode is offline/

/** What GitHub Actions hands to `github run`. */
const event = {
  eventName: "workflow_dispatch",
  actor: "someone",
  repo: { owner: "someone", repo: "something" },
  payload: {},
}

const withToken = {
  MODEL: "mock/mock-model",
  PROMPT: "say hi",
  USE_GITHUB_TOKEN: "true",
  GITHUB_TOKEN: "none",
  GITHUB_RUN_ID: "1",
}

const withApp = {
  ...withToken,
  USE_GITHUB_TOKEN: "false",
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example/",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "none",
}

export default defineScenario({
  title: "github",
  what: "Installs the GitHub agent in a repository, and runs it with a token and as an app. Offline each says that it is off.",
  worksOffline: false,
  async run(context) {
    const run = (env: Record<string, string>) =>
      context.isolated({ args: ["github", "run", "--event", JSON.stringify(event)], provider: true, env })
    const results = await Promise.all([
      context.isolated({ args: ["github", "install"], provider: true }),
      run(withToken),
      run(withApp),
    ])
    const outcomes = results.map((result) => judgeRefusal(result, context, refused))
    return judge({ "all of them": outcomes.every(({ worked }) => worked) }, outcomes[1]!.detail)
  },
})
