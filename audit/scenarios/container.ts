import { defineScenario } from "../../scripts/audit/scenario.ts"
import { toolThenText } from "../../scripts/harness/provider.ts"
import { judge } from "../lib/outcome.ts"
import { toolOutputs } from "../lib/tools.ts"

export default defineScenario({
  title: "in a container",
  group: "sessions",
  what: "Answers a question, with a tool call, where the home is fresh and read-only, there is no ripgrep, and CI is true.",
  worksOffline: true,
  async run({ isolated }) {
    const result = await isolated({
      args: ["run", "say hi"],
      provider: [{ tool: "glob", input: { pattern: "*.md" } }, ...toolThenText],
      files: { "notes.md": "" },
      // Some of upstream's releases end when they cannot write this file, which an image therefore brings.
      home: { ".config/opencode/.gitignore": "" },
      readOnlyHome: true,
      env: { CI: "true" },
    })
    const [found, printed] = toolOutputs(result)
    const there = result.files.filter((file) => file.startsWith("home/"))
    return judge(
      {
        "exit code 0": result.exitCode === 0,
        answered: result.stdout.includes("The mock model says hello."),
        "found the file": found?.includes("notes.md") === true,
        "ran the tool": printed === "tool-42\n",
        "left the home alone":
          there.join() === "home/.config/opencode/.gitignore,home/.config/opencode/opencode.json",
      },
      result.stdout.trim(),
    )
  },
})
