import { defineScenario } from "../../scripts/audit/scenario.ts"
import { providerUrl } from "../../scripts/harness/provider.ts"
import { judge } from "../lib/outcome.ts"
import { dials } from "../lib/programs.ts"
import { settings } from "../lib/projects.ts"

/** The mock model's server, which has no repository: that it is asked for one is what counts. */
const { origin } = new URL(providerUrl)

const references = {
  "by-url": { repository: "https://git.example/someone/something.git" },
  "by-ssh": { repository: "git@ssh.example:someone/something.git" },
  "at-github": { repository: "someone/something" },
  "at-mirror": { repository: "someone/other" },
  "on-loopback": { repository: `${origin}/someone/allowed.git` },
}

export default defineScenario({
  title: "git references",
  group: "sessions",
  what: "Answers a question where the configuration names git repositories to look things up in, which git clones. Offline it answers without them, and git connects to the one on loopback only.",
  worksOffline: true,
  range: ">=1.17.18",
  async run({ isolated }) {
    const named = (...names: (keyof typeof references)[]) => ({
      args: ["run", "say hi"],
      provider: true as const,
      files: settings({ references: Object.fromEntries(names.map((name) => [name, references[name]])) }),
      env: { OPENCODE_EXPERIMENTAL_REFERENCES: "1" },
      programs: { ssh: dials("ssh.example") },
    })
    const mirrored = named("at-mirror", "on-loopback")
    const results = await Promise.all([
      isolated(named("by-url", "by-ssh", "at-github")),
      isolated({
        ...mirrored,
        env: { ...mirrored.env, OPENCODE_REPO_CLONE_GITHUB_BASE_URL: "https://mirror.example/" },
      }),
    ])
    return judge(
      {
        "exit code 0": results.every(({ exitCode }) => exitCode === 0),
        "git asked the server on loopback": results[1].providerRequests.some(
          ({ path }) => path === "/someone/allowed.git/info/refs",
        ),
        answered: results.every(({ stdout }) => stdout.includes("The mock model says hello.")),
      },
      "The mock model says hello.",
    )
  },
})
