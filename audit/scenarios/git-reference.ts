import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { dials } from "../lib/programs.ts"
import { settings } from "../lib/projects.ts"

const references = {
  "by-url": { repository: "https://git.example/someone/something.git" },
  "by-ssh": { repository: "git@ssh.example:someone/something.git" },
  "at-github": { repository: "someone/something" },
  "at-mirror": { repository: "someone/other" },
}

export default defineScenario({
  title: "git references",
  what: "Answers a question where the configuration names git repositories to look things up in, which git clones. Offline it answers without them, and git connects to nothing.",
  worksOffline: true,
  range: ">=1.17.0",
  async run({ isolated }) {
    const named = (...names: (keyof typeof references)[]) => ({
      args: ["run", "say hi"],
      provider: true as const,
      files: settings({ references: Object.fromEntries(names.map((name) => [name, references[name]])) }),
      env: { OPENCODE_EXPERIMENTAL_REFERENCES: "1" },
      programs: { ssh: dials("ssh.example") },
    })
    const mirrored = named("at-mirror")
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
        answered: results.every(({ stdout }) => stdout.includes("The mock model says hello.")),
      },
      "The mock model says hello.",
    )
  },
})
