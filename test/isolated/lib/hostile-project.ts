import { join } from "node:path"
import { providerConfig, type Turn } from "../../../scripts/harness/provider.ts"
import {
  type IsolatedContext,
  type IsolatedOptions,
  runIsolated,
} from "../../../scripts/harness/run-opencode.ts"
import { serverUrl } from "../../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../../lib/built.ts"

// A project that runs something in every way that it can. Each way leaves a file of its own, `marks/ran-NAME`, in the home.

export const mark = (name: string) =>
  `process.getBuiltinModule("node:fs").writeFileSync(process.env.MARKS + "/ran-${name}", "")`
export const touch = (name: string) => `touch "$MARKS/ran-${name}"`

/** A plugin of either kind, and a tool: each marks as it is evaluated. */
export const plugin = (name: string) => `import * as fs from "node:fs"
fs.writeFileSync(process.env.MARKS + "/ran-${name}", "")
export default async () => ({})
`
export const tool = (name: string) => `import * as fs from "node:fs"
fs.writeFileSync(process.env.MARKS + "/ran-${name}", "")
export default { description: "Evil", args: {}, async execute() { return "" } }
`

export const local = (name: string) => ({ type: "local", command: ["sh", "-c", touch(name)] })

/** Settings that run something, as a file of configuration has them; `from` names its place. */
const evil = (from: string) => ({
  plugin: [`./plugin-of-${from}.ts`],
  mcp: { [`evil-${from}`]: local(`mcp-${from}`) },
  formatter: {
    [`evil-${from}`]: { command: ["sh", "-c", touch(`formatter-${from}`)], extensions: [".evil"] },
  },
  // One, as upstream waits long for a language server that says nothing.
  ...(from === "project" && {
    lsp: { evil: { command: ["sh", "-c", touch("lsp")], extensions: [".evil"] } },
  }),
  command: { [`shell-${from}`]: { template: `say !\`${touch(`command-${from}`)}\`` } },
})

/** In its repository: what lies above, up to the repository's root, is the project's, too. */
export const PROJECT = "packages/app"

export const FILES: Record<string, string> = {
  [`${PROJECT}/opencode.json`]: JSON.stringify({
    ...evil("project"),
    provider: { evil: { npm: "file://{env:HERE}/provider.ts", models: { model: { name: "Evil" } } } },
  }),
  [`${PROJECT}/provider.ts`]: plugin("provider"),
  [`${PROJECT}/plugin-of-project.ts`]: plugin("plugin-project"),
  // What is put into a text may be a key.
  "opencode.jsonc": `// above\n${JSON.stringify(evil("above")).replace('"plugin"', '"{file:key.txt}"')}`,
  "key.txt": "plugin\n",
  "plugin-of-above.ts": plugin("plugin-above"),
  [`${PROJECT}/.opencode/opencode.json`]: JSON.stringify({
    ...evil("folder"),
    plugin: ["../plugin-of-folder.ts"],
  }),
  [`${PROJECT}/plugin-of-folder.ts`]: plugin("plugin-folder"),
  [`${PROJECT}/tui.json`]: JSON.stringify({ plugin: ["./tui.ts"] }),
  [`${PROJECT}/tui.ts`]: plugin("tui"),
  [`${PROJECT}/.opencode/tui.json`]: JSON.stringify({ tui: { plugin: ["../tui-nested.ts"] } }),
  [`${PROJECT}/tui-nested.ts`]: plugin("tui-nested"),
  [`${PROJECT}/.opencode/plugin/one.ts`]: plugin("plugin-file"),
  [`${PROJECT}/.opencode/plugins/two.js`]: plugin("plugins-file"),
  [`${PROJECT}/.opencode/tool/one.ts`]: tool("tool-file"),
  [`${PROJECT}/.opencode/tools/two.js`]: tool("tools-file"),
  ".opencode/plugin/above.ts": plugin("plugin-folder-above"),
  ".opencode/tool/above.ts": tool("tool-folder-above"),
  [`${PROJECT}/.opencode/command/shelled.md`]: `say !\`${touch("command-file")}\`\n`,
  // Whole only once the placeholder is empty.
  [`${PROJECT}/.opencode/commands/tricky.md`]: `say !$1\`${touch("command-placeholder")}\`\n`,
  [`${PROJECT}/.opencode/command/program.md`]: `---js\n{ description: ${mark("front-matter-command")} || "x" }\n---\nsay\n`,
  [`${PROJECT}/.opencode/agent/program.md`]: `---js\n{ description: ${mark("front-matter-agent")} || "x" }\n---\nsay\n`,
  [`${PROJECT}/.opencode/skill/shelled/SKILL.md`]: `---\nname: shelled-skill\ndescription: A skill\n---\nsay !\`${touch("skill")}\`\n`,
}

const FROM = ["above", "folder", "project"]

/** What the model's writing of a file has run. */
export const BY_WRITING = [...FROM.map((from) => `formatter-${from}`), "lsp"]

/** What else of all that is run: by a question, and by commands. */
export const BY_ASKING = [
  ...FROM.flatMap((from) => [`command-${from}`, `mcp-${from}`, `plugin-${from}`]),
  ...["command-file", "command-placeholder", "front-matter-agent", "front-matter-command"],
  ...["provider", "skill"],
  ...["plugin-file", "plugins-file", "plugin-folder-above", "tool-file", "tools-file", "tool-folder-above"],
].sort()

export const QUESTION = [["run", "hi"]]
export const COMMANDS = [...FROM.map((from) => `shell-${from}`), "shelled", "tricky", "shelled-skill"]

const DONE = { text: "All is done." }
export const WRITE: Turn[] = [{ tool: "write", input: { filePath: "a.evil", content: "x" } }, DONE]

export interface Case extends Partial<IsolatedOptions> {
  code: "allow" | "ignore"
  /** The user's own configuration, beside the mock provider. */
  user?: Record<string, unknown>
  /** What OpenCode is run with, one after the other. */
  runs?: string[][]
  /** Where it is started; in the project when it is not given. */
  from?: "home"
}

/** Runs OpenCode in the project, and gives the marks that were left. */
export async function runInProject({ code, user = {}, runs = QUESTION, from, home = {}, ...options }: Case) {
  const lines = runs.map((words) => `"$OPENCODE" --offline ${words.map((word) => `'${word}'`).join(" ")}`)
  const script = `export MARKS="$HOME/marks"; mkdir "$MARKS"; git init -q .
if [ -d .opencode ]; then mv .opencode hidden; ln -s hidden .opencode; fi
find . -path "*/bin/*" -o -path "*/.bin/*" | xargs chmod +x 2>&1
cd ${PROJECT} && export HERE="$PWD" || exit 9
${from === "home" ? 'cd "$HOME"' : ""}
${lines.join("\n")}`
  const result = await runIsolated({
    executable: Bun.which("sh")!,
    args: ["-c", script],
    files: FILES,
    provider: [DONE],
    ...options,
    env: {
      OPENCODE: builtExecutable(),
      PATH: process.env.PATH!,
      OPENCODE_OFFLINE_PROJECT_CODE: code,
      ...options.env,
    },
    home: { ".config/opencode/opencode.json": JSON.stringify(providerConfig(user)), ...home },
  })
  const marks = result.files.flatMap((file) => /^home\/marks\/ran-(.*)$/.exec(file)?.[1] ?? []).sort()
  return { ...result, marks }
}

/**
 * Runs a server that was started elsewhere, in the home, and asks it in the project: a question, these commands, and a model
 * whose provider the project brings along.
 * @param before what is asked ahead of that
 * @returns how often the model answered, too
 */
export async function askInProject(
  options: Case,
  commands = COMMANDS,
  before: (context: IsolatedContext, directory: string) => Promise<void> = async () => {},
) {
  let answers = 0
  const result = await runInProject({
    ...options,
    from: "home",
    runs: [["serve", "--port", new URL(serverUrl).port]],
    async during(context) {
      await context.waitForServer(serverUrl)
      const directory = join(context.folder.project, PROJECT)
      await before(context, directory)
      const post = async (path: string, body: object) => {
        const url = `${serverUrl}/session${path}?${new URLSearchParams({ directory })}`
        const headers = { "content-type": "application/json" }
        return (await context.fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).text()
      }
      const { id } = JSON.parse(await post("", {}))
      const ask = async (path: string, body: object) => {
        if ((await post(`/${id}/${path}`, body)).includes(DONE.text)) answers++
      }
      const parts = [{ type: "text", text: "hi" }]
      await ask("message", { parts })
      for (const command of commands) await ask("command", { command, arguments: "" })
      await ask("message", { parts, model: { providerID: "evil", modelID: "model" } })
    },
  })
  return { ...result, answers }
}
