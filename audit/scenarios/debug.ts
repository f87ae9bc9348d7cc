import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

/** The commands that start what may connect: configuration with a plugin, agents, language servers, ripgrep, snapshots. */
const commands = {
  config: [["config"], '"plugin"'],
  agent: [["agent", "build"], '"name": "build"'],
  "lsp diagnostics": [["lsp", "diagnostics", "a.ts"], "{"],
  "rg files": [["rg", "files"], "a.ts"],
  "file search": [["file", "search", "a.ts"], "a.ts"],
  "snapshot track": [["snapshot", "track"], ""],
  v2: [["v2"], "{"],
} satisfies Record<string, [args: string[], printed: string]>

const files = {
  ...settings({ lsp: {}, plugin: ["a-plugin-from-nowhere@1.2.3"] }),
  "package-lock.json": "{}",
  "a.ts": "export const a = 1\n",
}

export default defineScenario({
  title: "debug",
  what: "Shows the configuration, an agent, what a language server says of a file, the files, a snapshot and the catalogue, where a plugin is configured.",
  worksOffline: true,
  range: ">=1.15.13",
  async run({ isolated }) {
    const results = await Promise.all(
      Object.values(commands).map(([args]) => isolated({ args: ["debug", ...args], provider: true, files })),
    )
    const failed = Object.entries(commands).filter(([, [, printed]], index) => {
      const { exitCode, stdout } = results[index]!
      return exitCode !== 0 || !stdout.includes(printed)
    })
    const seen =
      failed.map(([name]) => name).join(", ") || `${results.length} commands ended with their answer`
    return judge({ "all of them": failed.length === 0 }, seen)
  },
})
