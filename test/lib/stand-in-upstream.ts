import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { git } from "../../scripts/lib/git/git.ts"

const command = (name: string) => `export const Command = cmd({
  command: "${name}",
  async handler(args) {
    await go(args)
  },
})
`

const route = (
  id: string,
) => `  .post("/x", describeRoute({ summary: "x", operationId: "${id}" }), async (c) => {
    return c.json(true)
  })
`

const server = `export const Serve = cmd({
  command: "x",
  handler: async (args) => {
    const server = Server.listen(args)
    await server.wait()
  },
})
`

/** Our own text, in the layout and with the shapes of upstream's opencode package that the patches look for. */
export const SOURCES: Record<string, string> = {
  "src/index.ts": `import yargs from "yargs"
import { Installation } from "./installation"

const cli = yargs(process.argv)
  .version("version", "print the version", Installation.VERSION)
  .option("print-logs", { type: "boolean" })
  .completion("completion", "print a script")
await cli.parse()
`,
  "src/cli/cmd/tui/worker.ts": `import { Rpc } from "@/util/rpc"

Rpc.listen({})
`,
  "src/config/config.ts": `import z from "zod"

export namespace Config {
  export const Info = z
    .object({
      $schema: z.string().optional(),
      autoshare: z.boolean().optional(),
    })
    .strict()

  async function remote(url: string) {
    const response = await fetch(\`\${url}/.well-known/opencode\`)
    return response.json()
  }

  export async function needsInstall(dir: string) {
    return dir !== ""
  }
}
`,
  "src/cli/cmd/tui/routes/home.tsx": `export function Home() {
  return <text>{Installation.VERSION}</text>
}
`,
  "src/cli/cmd/tui/routes/session/sidebar.tsx": `export function Sidebar() {
  return <span>{Installation.VERSION}</span>
}
`,
  "src/cli/cmd/tui/routes/session/index.tsx": `export const entries = [
  {
    title: "Share",
    value: "session.share",
    onSelect: async (dialog) => {
      toast.show({ message: "shared", variant: "success" })
      dialog.clear()
    },
  },
]
`,
  "src/cli/cmd/serve.ts": server,
  "src/cli/cmd/web.ts": server,
  "src/cli/cmd/models.ts": `export const Models = cmd({
  command: "models",
  handler: async (args) => {
    if (args.refresh) {
      await ModelsDev.refresh()
    }
  },
})
`,
  "src/provider/models.ts": `import { Flag } from "../flag/flag"

export namespace ModelsDev {
  export const Data = lazy(async () => {
    const found = await Filesystem.readJson(Flag.OPENCODE_MODELS_PATH ?? cachePath).catch(() => {})
    if (found) return found
    const snapshot = await import("./models-snapshot").then((m) => m.snapshot)
    if (snapshot) return snapshot
    if (Flag.OPENCODE_DISABLE_MODELS_FETCH) return {}
    return (await fetch(url())).json()
  })

  export async function refresh() {
    await fetch(url())
  }
}
`,
  "src/server/server.ts": `export namespace Server {
  export const App = lazy(() =>
    new Hono()
      .use(async (c, next) => {
        return Instance.provide({ directory: c.req.query("directory"), fn: next })
      })
      .all("/*", async (c) => {
        return proxy(c.req.path)
      }),
  )
}
`,
  "src/server/routes/session.ts": `export const routes = new Hono()\n${route("session.share")}${route("session.unshare")}`,
  "src/server/routes/global.ts": `export const routes = new Hono()\n${route("global.upgrade")}`,
  "src/share/share-next.ts": `export namespace ShareNext {
  export async function create(id: string) {
    return post(id)
  }

  export async function remove(id: string) {
    return post(id)
  }
}
`,
  "src/cli/cmd/run.ts": `async function share(sdk: Sdk, id: string) {
  if (!args.share) return
  await sdk.share(id)
}
`,
  "src/cli/cmd/upgrade.ts": command("upgrade [target]"),
  "src/cli/cmd/github.ts": command("install") + command("run").replace("Command", "Run"),
  "src/cli/cmd/pr.ts": command("pr <number>"),
  "src/cli/upgrade.ts": `export async function upgrade() {
  await latest()
}
`,
  "src/cli/error.ts": `export function FormatError(input: unknown) {
  if (input instanceof Error) return input.message
}
`,
  "src/bun/index.ts": `export namespace BunProc {
  export async function install(pkg: string, version = "latest") {
    return pkg + version
  }
}
`,
  "src/bun/registry.ts": `export async function info(pkg: string, field: string, cwd?: string): Promise<string | null> {
  return pkg + field + cwd
}
`,
  "src/util/process.ts": `export namespace Process {
  export function spawn(cmd: string[], opts: Options = {}): Child {
    return launch(cmd, opts)
  }
}
`,
  "src/util/which.ts": `export function which(cmd: string, env?: Record<string, string>) {
  const found = lookup(cmd, env ?? process.env)
  return typeof found === "string" ? found : null
}
`,
  "src/lsp/server.ts": `export const Typescript: Info = {
  async spawn(root) {
    const tsserver = Module.resolve("typescript/lib/tsserver.js", Instance.directory)
    if (!tsserver) return
  },
}

export const Astro: Info = {
  async spawn(root) {
    const file = Module.resolve("typescript/lib/tsserver.js", Instance.directory)
    if (file) return start(file)
  },
}
`,
  "src/util/log.ts": `export namespace Log {
  let write = (msg: any) => process.stderr.write(msg)

  export async function init(options: Options) {
    if (options.print) return
    write = async (msg: any) => {
      return file.write(msg)
    }
  }

  export function create(tags?: Record<string, any>) {
    return { tags }
  }
}
`,
  "src/tool/registry.ts": `export const all = [BashTool, WebSearchTool, CodeSearchTool]

export async function fromFile(file: string) {
  return import(pathToFileURL(file).href)
}
`,
  "src/plugin/index.ts": `export async function load(plugin: string) {
  await import(plugin).then((found) => start(found))
}
`,
  "src/provider/provider.ts": `export async function load(installed: string) {
  const found = await import(installed)
  return found
}
`,
  "src/file/ripgrep.ts": `export async function state() {
  if (!(await Filesystem.exists(filepath))) {
    const url = address()
    const response = await fetch(url)
    await save(response)
  }
}
`,
}

/** Makes a repository of that tree, with a second commit behind the first. */
export async function makeUpstream(folder: string): Promise<{ first: string; second: string }> {
  for (const [file, text] of Object.entries(SOURCES)) {
    const path = join(folder, "packages/opencode", file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  await must(folder, ["init", "--quiet", "--initial-branch=dev"])
  const first = await commit(folder, "first")
  await must(folder, ["tag", "v1.3.0"])
  await writeFile(join(folder, "later.txt"), "later\n")
  return { first, second: await commit(folder, "second") }
}

export async function must(folder: string, args: string[]): Promise<string> {
  const { ok, stdout, stderr } = await git(folder, args)
  if (!ok) throw new Error(`git ${args.join(" ")}: ${stderr}`)
  return stdout.trim()
}

async function commit(folder: string, message: string): Promise<string> {
  const who = [
    "-c",
    "user.name=Stand In",
    "-c",
    "user.email=stand-in@localhost",
    "-c",
    "commit.gpgSign=false",
  ]
  await must(folder, ["add", "--all"])
  await must(folder, [...who, "commit", "--quiet", "--date=2026-01-02T03:04:05Z", "-m", message])
  return must(folder, ["rev-parse", "HEAD"])
}
