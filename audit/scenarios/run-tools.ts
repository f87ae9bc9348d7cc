import { defineScenario } from "../../scripts/audit/scenario.ts"
import type { Turn } from "../../scripts/harness/provider.ts"
import { judge } from "../lib/outcome.ts"
import { dials } from "../lib/programs.ts"
import { settings } from "../lib/projects.ts"
import { toolOutputs } from "../lib/tools.ts"

// What upstream's waits for longest comes last: there it is ended before it has tried the rest.
const calls = {
  grep: call("grep", { pattern: "needle" }),
  glob: call("glob", { pattern: "**/*.go" }),
  webfetch: call("webfetch", { url: "https://page.example/", format: "text" }),
  websearch: call("websearch", { query: "how to sew" }),
  "read c.go": call("read", { filePath: "c.go" }),
  "edit c.go": call("edit", { filePath: "c.go", oldString: "needle", newString: "thread" }),
  "read b.py": call("read", { filePath: "b.py" }),
  "edit b.py": call("edit", { filePath: "b.py", oldString: "needle", newString: "thread" }),
  "read a.ts": call("read", { filePath: "a.ts" }),
  "edit a.ts": call("edit", { filePath: "a.ts", oldString: "needle", newString: "thread" }),
  bash: call("bash", {
    command: 'for file in a.ts b.py c.go; do while read -r line; do echo "$line"; done < $file; done',
    description: "Show the files",
  }),
}

const squeeze = `#!/bin/sh\nPATH=/usr/bin:/bin exec sed -i 's/  */ /g' "$1"\n`

const files = {
  // Formatters of both kinds: prettier is not on disk, the other one is a program that is there.
  // Language servers are off without, from some release on.
  ...settings({
    lsp: {},
    formatter: { own: { command: ["squeeze", "$FILE"], extensions: [".py", ".go"] } },
  }),
  "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0", typescript: "5.0.0" } }),
  "package-lock.json": "{}",
  // Upstream's looks for these before it fetches the language servers.
  "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "5.0.0" }),
  "node_modules/typescript/lib/tsserver.js": "",
  "pyproject.toml": "",
  "go.mod": "module example\n",
  "a.ts": "export const a = 'needle'\n",
  "b.py": "b   =   'needle'\n",
  "c.go": "package   c // needle\n",
}

export default defineScenario({
  title: "run with tool calls",
  group: "sessions",
  what: "A model reads, searches and edits a TypeScript, a Python and a Go file, each with a formatter and a language server, runs a command, fetches a page and searches the web. Offline the last two say that they cannot, and all else is done.",
  worksOffline: true,
  async run({ isolated, variant, has }) {
    const result = await isolated({
      args: ["run", "edit the files"],
      provider: [...Object.values(calls), { text: "All done." }],
      files,
      programs: { go: dials("golang-modules.example"), squeeze },
      env: { OPENCODE_ENABLE_EXA: "1" },
      ...(variant === "stock" && { watchMs: 20_000 }),
    })
    const outputs = toolOutputs(result)
    const output = (name: keyof typeof calls) => outputs[Object.keys(calls).indexOf(name)] ?? ""
    return judge(
      {
        "exit code 0": result.exitCode === 0,
        answered: result.stdout.includes("All done."),
        read: output("read a.ts").includes("needle"),
        "found by grep": output("grep").includes("a.ts"),
        "found by glob": output("glob").includes("c.go"),
        "edited and formatted":
          output("bash") === "export const a = 'thread'\nb = 'thread'\npackage c // thread\n",
        "said that webfetch is blocked":
          !has("error-show-offline") || /page\.example:443 was blocked/.test(output("webfetch")),
        "left websearch out": !has("search-tools-off") || /unavailable tool/.test(output("websearch")),
      },
      `${outputs.length} of ${Object.keys(calls).length} tools answered`,
    )
  },
})

function call(tool: string, input: Record<string, unknown>): Turn {
  return { tool, input }
}
