import { defineScenario } from "../../scripts/audit/scenario.ts"
import { providerUrl } from "../../scripts/harness/provider.ts"
import { judge, linesOf } from "../lib/outcome.ts"

const { origin } = new URL(providerUrl)
const signedIn = { [origin]: { type: "wellknown", key: "ORG_TOKEN", token: "none" } }

/** What the organisation's server answers: that the configuration is elsewhere. */
const pages = {
  "/.well-known/opencode": {
    config: { username: "someone" },
    remote_config: { url: "https://second.example/opencode.json" },
  },
}

export default defineScenario({
  title: ".well-known configuration in two steps",
  group: "configuration",
  what: "Answers a question for someone who is signed in to an organisation on loopback that hands out a configuration elsewhere. Offline it answers without that, and says so.",
  worksOffline: true,
  needs: ["config-remote-skip"],
  range: ">=1.14.48",
  async run({ isolated, variant }) {
    const result = await isolated({
      args: ["run", "say hi"],
      provider: true,
      pages,
      home: { ".local/share/opencode/auth.json": JSON.stringify(signedIn) },
    })
    const asked = result.providerRequests.some(({ path }) => path === "/.well-known/opencode")
    const said = linesOf(result).find((line) => /second\.example:443 was blocked/.test(line))
    return judge(
      variant === "stock"
        ? { ended: result.exitCode !== undefined, "asked the first": asked }
        : {
            "exit code 0": result.exitCode === 0,
            "asked the first": asked,
            answered: result.stdout.includes("The mock model says hello."),
            "said that it is left out": said !== undefined,
          },
      said ?? linesOf(result).at(-1) ?? "nothing was printed",
    )
  },
})
