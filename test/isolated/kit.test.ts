import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { labelOf } from "../../scripts/audit/known-hosts.ts"
import { plainRelease } from "../../scripts/build/fresh-release.ts"
import type { Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, toolResults } from "../../scripts/harness/scenarios.ts"
import { run } from "../../scripts/lib/process.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { hasPatch } from "../lib/built.ts"
import { pin, target } from "../lib/stock.ts"

// The archive that `npm run kit` makes, installed where there is no Node, no npm and no network.

const { folder: release } = await plainRelease(pinName(pin))

let folder: string
let prefix: string
/** Holds git and a shell. */
let bin: string
let installation: IsolatedResult

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-kit-"))
  prefix = join(folder, "a prefix")
  bin = join(folder, "bin")
  await mkdir(bin)
  for (const name of ["git", "sh"]) await symlink(Bun.which(name)!, join(bin, name))
  const file = join(folder, "kit.tar.gz")
  await kit("--out", file, "--release", release)
  await run("tar", ["-xzf", file, "-C", folder], { env: process.env })
  const unpacked = join(folder, `opencode-${pin.version}-${target.name}-kit`)
  installation = await script(join(unpacked, "install.sh"), "--prefix", prefix)
})
afterAll(() => rm(folder, { recursive: true }))

async function kit(...args: string[]) {
  const words = [join(import.meta.dirname, "../../scripts/commands/kit.ts"), "--json", ...args]
  const { exitCode, stdout, stderr } = await run(process.execPath, words, { env: process.env })
  if (exitCode !== 0) throw new Error(`kit failed:\n${stderr}`)
  return JSON.parse(stdout)
}

/** Runs a shell script with the system's PATH, in a network that records. */
function script(...args: string[]) {
  const env = { PATH: process.env.PATH! }
  return runIsolated({ executable: Bun.which("sh")!, args, env })
}

/** OpenCode from the prefix, which lies in PATH beside git and a shell; offline unless `env` says otherwise. */
function fromPrefix(env: Record<string, string> = {}) {
  const PATH = `${bin}:${join(prefix, "bin")}`
  return {
    executable: join(prefix, "bin/opencode"),
    env: { OPENCODE_OFFLINE: "1", PATH, ...env },
  }
}

/** A question to it, and a model that takes these turns. */
function installed(turns: Turn[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  return runIsolated({ ...fromPrefix(env), args: ["run", "say hi"], provider: turns, files })
}

/** Upstream waits for diagnostics for three seconds, and a server may need longer to start: so each is written three times. */
function write(files: Record<string, string>): Turn[] {
  const once = Object.entries(files).map(([filePath, content]) => ({
    tool: "write",
    input: { filePath, content },
  }))
  return [...once, ...once, ...once, { text: "Done." }]
}

const wrong = {
  "one.ts": 'export const one: number = "1"\n',
  "two.py": 'two: int = "2"\n',
}

/** Where the patch is left out, the kit's programs are found by those who have them in PATH. */
const testFinding = hasPatch("lsp-look-in-kit") ? test.concurrent : undefined

test("the installer makes the executable and the kit, and connects to nothing", async () => {
  expect(installation).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
  expect((await readdir(prefix)).sort()).toEqual(["bin", "lib"])
})

testFinding?.(
  "offline and without Node, the model is shown the errors in a TypeScript and in a Python file",
  async () => {
    const result = await installed(write(wrong))
    expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
    expectErrors(result)
  },
)

testFinding?.("so it is in the TUI, whose sidebar names the servers", async () => {
  const result = await runIsolated({
    ...fromPrefix(),
    provider: write(wrong),
    pty: true,
    async during({ waitFor, type }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      await type("say hi")
      await waitFor("say hi")
      await type("\r")
      await waitFor("• typescript")
      await waitFor("• pyright")
      await waitFor("Done.")
    },
  })
  expect(result.attempts).toEqual([])
  expectErrors(result)
})

function expectErrors(result: IsolatedResult) {
  const shown = toolResults(result).join("\n")
  expect(shown).toContain("Type 'string' is not assignable to type 'number'")
  expect(shown).toContain('"Literal[\'2\']" is not assignable to "int"')
}

test.concurrent("the same executable without a kit beside it shows none", async () => {
  const executable = join(release, "opencode")
  const result = await ask({ executable, env: { OPENCODE_OFFLINE: "1", PATH: bin } }, write(wrong))
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  expect(toolResults(result).join("\n")).not.toContain("LSP errors")
})

testFinding?.("offline, the model is shown the errors that every other server of the kit finds", async () => {
  const files = {
    "a.yaml": "a: [1\nb: }\n",
    "b.svelte": "{#if b}\n",
    "c.vue": "<template><div></template>\n<script setup lang=\"ts\">\nconst c: number = ''\n</script>\n",
    "d.astro": "---\nconst d: number = ''\n---\n<div>{d</div>\n",
    "e.dockerfile": "FRM e\n",
    "f.json": '{ "f": }\n',
    "g.css": "a { color: }\n",
    "h.html": "<script>let h = ;</script>\n",
  }
  const configured = Object.fromEntries(
    ["json", "css", "html"].map((name) => [
      name,
      { command: [`vscode-${name}-language-server`, "--stdio"], extensions: [`.${name}`] },
    ]),
  )
  const result = await installed(write(files), { "opencode.json": JSON.stringify({ lsp: configured }) })
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  const shown = toolResults(result).join("\n")
  for (const error of [
    "Unexpected flow-map-end token",
    "Block was left open",
    "Element is missing end tag",
    "Type 'string' is not assignable to type 'number'",
    "text expression that doesn't have the closing expression",
    "Unknown instruction: FRM",
    "Value expected",
    "property value expected",
    "Expression expected",
  ])
    expect(shown).toContain(error)
})

testFinding?.(
  "prettier of the kit formats for a project that names it, and Biome for one that configures it",
  async () => {
    const files = {
      "package.json": '{ "devDependencies": { "prettier": "3" } }',
      "biome.json": '{ "javascript": { "formatter": { "quoteStyle": "single" } } }',
    }
    const turns: Turn[] = [
      { tool: "write", input: { filePath: "a.yaml", content: "a:   1\n" } },
      { tool: "write", input: { filePath: "b.ts", content: "export   const b={a:'b'}\n" } },
      { tool: "read", input: { filePath: "a.yaml" } },
      { tool: "read", input: { filePath: "b.ts" } },
      { text: "Done." },
    ]
    const result = await installed(turns, files)
    expect(result).toMatchObject({ exitCode: 0, attempts: [] })
    const [byPrettier, byBiome] = toolResults(result).slice(-2)
    expect(byPrettier).toContain("a: 1\n")
    // Prettier, which is run first, would have left double quotes.
    expect(byBiome).toContain("export const b = { a: 'b' };")
  },
)

if (!testFinding)
  test.concurrent("an executable that does not look for servers in the kit fetches none offline, and does otherwise", async () => {
    const files = {
      ...wrong,
      "a.yaml": "a: 1\n",
      "b.svelte": "{#if b}\n",
      "c.vue": "<template></template>\n",
    }
    const settings = { "opencode.json": '{ "lsp": true }' }
    const result = await installed(write(files), settings)
    expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
    // It asks again and again, far longer than is needed to see it.
    const online = await runIsolated({
      ...fromPrefix({ OPENCODE_OFFLINE: "0" }),
      args: ["run", "say hi"],
      provider: write(files),
      files: settings,
      mode: "refuse",
      watchMs: 15_000,
    })
    expect(hostsTried(online).map(labelOf)).toContain("the npm registry")
  })

test.concurrent("what a server of the kit would fetch is not tried offline, and is otherwise", async () => {
  const files = {
    "a.yaml": "# yaml-language-server: $schema=https://schema.example/a.json\na: 1\n",
    "b.json": '{ "$schema": "https://schema.example/b.json", "b": 1 }\n',
    "c.jsonc": '{ "$schema": "https://schema.example/c.json", "c": 1 }\n',
  }
  const launchers = join(prefix, "lib/opencode-kit/bin")
  const server = (program: string, extension: string) => ({
    command: [program, "--stdio"],
    extensions: [extension],
  })
  const lsp = {
    named: server("vscode-json-language-server", ".json"),
    located: server(join(launchers, "vscode-json-language-server"), ".jsonc"),
  }
  const settings = { "opencode.json": JSON.stringify({ lsp }) }
  const PATH = `${bin}:${launchers}`
  expect((await installed(write(files), settings, { PATH })).attempts).toEqual([])
  const online = await installed(write(files), settings, { PATH, OPENCODE_OFFLINE: "0" })
  expect(hostsTried(online)).toContain("schema.example")
})

test("uninstall leaves nothing", async () => {
  const { exitCode, stderr, attempts } = await script(join(prefix, "lib/opencode-kit/uninstall.sh"))
  expect({ exitCode, stderr, attempts }).toEqual({ exitCode: 0, stderr: "", attempts: [] })
  expect(await readdir(folder)).not.toContain("a prefix")
})
