import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Spec, Validation } from "@cyclonedx/cyclonedx-library"
import { plainRelease } from "../../scripts/build/fresh-release.ts"
import { readHelpPages } from "../../scripts/contents/help.ts"
import type { Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedResult, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, toolResults, untilTried } from "../../scripts/harness/scenarios.ts"
import { PATCH_SET } from "../../scripts/lib/patch-set.ts"
import { run } from "../../scripts/lib/process.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { spdxDocument } from "../lib/spdx-document.ts"
import { spdxFaults } from "../lib/spdx-schema.ts"
import { pin, target } from "../lib/stock.ts"

// The archive that `npm run kit` makes, installed where there is no Node, no npm and no network.

const { folder: release } = await plainRelease(pinName(pin))

let folder: string
let prefix: string
/** Holds git and a shell. */
let bin: string
let installation: IsolatedResult
/** What the command printed, and the file that it wrote beside the archive. */
let made: { sha256: string }
let sum: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-kit-"))
  prefix = join(folder, "a prefix")
  bin = join(folder, "bin")
  await mkdir(bin)
  for (const name of ["git", "sh"]) await symlink(Bun.which(name)!, join(bin, name))
  const file = join(folder, "kit.tar.gz")
  made = await kit("--out", file, "--release", release)
  sum = await Bun.file(`${file}.sha256`).text()
  await run("tar", ["-xzf", file, "-C", folder], { env: process.env })
  const unpacked = join(folder, `opencode-offline-${pin.version}-${PATCH_SET}-${target.name}-opt-in`)
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

/** Language servers and formatters are on by themselves in some releases only. */
const switchedOn = { "opencode.json": JSON.stringify({ lsp: {}, formatter: {} }) }

/** A question to it, and a model that takes these turns. */
function installed(turns: Turn[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const all = { ...switchedOn, ...files }
  return runIsolated({ ...fromPrefix(env), args: ["run", "say hi"], provider: turns, files: all })
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

test("the installer makes the executable and the kit, and connects to nothing", async () => {
  expect(installation).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
  expect((await readdir(prefix)).sort()).toEqual(["bin", "lib", "share"])
})

test("bash completes commands and options of this release, of upstream's and of ours", async () => {
  const file = join(prefix, "share/bash-completion/completions/opencode")
  const offered = async (...words: string[]) => {
    const ask = `source "$FILE"; COMP_WORDS=(opencode "$@") COMP_CWORD=$#; _opencode; echo "\${COMPREPLY[*]}"`
    const env = { PATH: process.env.PATH!, FILE: file }
    const { stdout } = await run("bash", ["--norc", "-c", ask, "bash", ...words], { env })
    return String(stdout).trim().split(" ")
  }
  expect(await offered("")).toEqual(
    expect.arrayContaining(["run", "serve", "models", "offline", "completion"]),
  )
  expect(await offered("offline", "")).toEqual(["check", "doctor", "help", "setup", "verify"])
  expect(await offered("run", "--of")).toEqual(["--offline"])
  expect(await offered("run", "--format", "j")).toEqual(["json"])
  expect(await offered("auth", "logi")).toEqual(["login"])
})

test("the man page has each command, and the pages of the help", async () => {
  const page = await Bun.file(join(prefix, "share/man/man1/opencode.1")).text()
  for (const line of ['.SS "opencode run [message..]"', '.SS "opencode offline check [url]"', '.SS "policy"'])
    expect(page.split("\n")).toContain(line)
  expect(page).not.toContain(prefix)
})

test("the managed file that --system installs changes nothing, and OpenCode leaves it as it is", async () => {
  const managed = await Bun.file(join(prefix, "lib/opencode-kit/managed.json")).text()
  const told = async (etc?: Record<string, string>) => {
    const { exitCode, stdout, stderr } = await runIsolated({ ...fromPrefix(), args: ["offline"], etc })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    return stdout.replaceAll(/\/\S*(?=\/home\/)/g, "")
  }
  const before = await told()
  expect(await told({ "opencode/opencode.json": managed })).toBe(before)
  expect(await told({ "opencode/opencode.json": '{ "offline": { "allow": ["llm.corp"] } }' })).not.toBe(
    before,
  )
})

test("what was installed is found unchanged by verify.sh and by the executable, which try nothing", async () => {
  const byScript = await script(join(prefix, "lib/opencode-kit/verify.sh"))
  expect(byScript).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
  const byExecutable = await runIsolated({ ...fromPrefix(), args: ["offline", "verify", "--json"] })
  expect(byExecutable).toMatchObject({ exitCode: 0, attempts: [] })
  const { list, files } = JSON.parse(byExecutable.stdout)
  expect(list).toBe(join(prefix, "lib/opencode-kit/SHA256SUMS"))
  expect(byScript.stdout).toStartWith(`${files} files are as `)
})

test("the kit's bills of materials are valid", async () => {
  const read = (name: string) => Bun.file(join(prefix, "lib/opencode-kit", name))
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  expect(await validator.validate(await read("sbom.cdx.json").text())).toBeNull()
  const spdx = await read("sbom.spdx.json").json()
  expect(spdxFaults(spdx)).toEqual([])
  expect(spdxDocument.safeParse(spdx).error).toBeUndefined()
})

test("beside the archive lies its hash, in the form that sha256sum reads", () => {
  expect(sum).toBe(`${made.sha256}  kit.tar.gz\n`)
})

test("the pages of `opencode offline help` lie in it as text", async () => {
  const docs = join(prefix, "lib/opencode-kit/docs")
  const pages = Object.entries(await readHelpPages())
  expect((await readdir(docs)).sort()).toEqual(pages.map(([topic]) => `${topic}.txt`))
  for (const [topic, text] of pages) expect(await Bun.file(join(docs, `${topic}.txt`)).text()).toBe(text)
})

test.concurrent.each(["0", "1"])(
  "with OPENCODE_OFFLINE=%s, uninstall tells of the kit's own uninstaller, and its size",
  async (OPENCODE_OFFLINE) => {
    const { exitCode, stderr } = await runIsolated({
      ...fromPrefix({ OPENCODE_OFFLINE }),
      args: ["uninstall", "--dry-run"],
    })
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`are removed by: sh ${join(prefix, "lib/opencode-kit/uninstall.sh")}`)
    expect(stderr).toMatch(/the kit \([2-9]\d\d MB\)/)
  },
)

test.concurrent("offline and without Node, the model is shown the errors in a TypeScript and in a Python file", async () => {
  const result = await installed(write(wrong))
  expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
  expectErrors(result)
})

test.concurrent("so it is in the TUI, whose sidebar names the servers", async () => {
  const result = await runIsolated({
    ...fromPrefix(),
    provider: write(wrong),
    files: switchedOn,
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

test.concurrent("the same executable without a kit beside it shows none, and names what is missing", async () => {
  const executable = join(release, "opencode")
  const env = { OPENCODE_OFFLINE: "1", PATH: bin }
  const result = await ask({ executable, env, files: switchedOn }, write(wrong))
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  expect(toolResults(result).join("\n")).not.toContain("LSP errors")
  expect(result.stderr).toMatch(
    /^! The language server pyright is not on this machine and OpenCode is offline/m,
  )
})

test.concurrent("offline, the model is shown the errors that every other server of the kit finds", async () => {
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
  // As docs/kit.md has it: the server of CSS asks for its settings, and from 1.14 on upstream has none to give.
  const settings: Record<string, object> = { css: { initialization: { css: { validate: true } } } }
  const configured = Object.fromEntries(
    ["json", "css", "html"].map((name) => [
      name,
      {
        command: [`vscode-${name}-language-server`, "--stdio"],
        extensions: [`.${name}`],
        ...settings[name],
      },
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

test.concurrent("prettier of the kit formats for a project that names it, and Biome for one that configures it", async () => {
  const files = {
    // Without the servers, which have nothing to say of these files: upstream waits for that, too.
    "opencode.json": JSON.stringify({ lsp: false, formatter: {} }),
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
})

test.concurrent("what a server of the kit would fetch is not tried offline, and is otherwise", async () => {
  // With errors: what a server says of a file ends the wait for it, and it asks for the schema first.
  const files = {
    "a.yaml": "# yaml-language-server: $schema=https://yaml.example/a.json\na: [1\nb: }\n",
    "b.json": '{ "$schema": "https://named.example/b.json", "b": }\n',
    "c.jsonc": '{ "$schema": "https://located.example/c.json", "c": }\n',
  }
  const hosts = ["yaml.example", "named.example", "located.example"]
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
  const offline = await installed(write(files), settings, { PATH })
  expect(offline).toMatchObject({ exitCode: 0, attempts: [] })
  const shown = toolResults(offline).join("\n")
  for (const error of ["Unexpected flow-map-end token", "Value expected"]) expect(shown).toContain(error)
  const online = await runIsolated({
    ...fromPrefix({ PATH, OPENCODE_OFFLINE: "0" }),
    args: ["run", "say hi"],
    provider: write(files),
    files: settings,
    async during(context) {
      for (const host of hosts) await untilTried(host)(context)
    },
  })
  expect(hostsTried(online)).toEqual(expect.arrayContaining(hosts))
})

test("uninstall leaves nothing", async () => {
  const { exitCode, stderr, attempts } = await script(join(prefix, "lib/opencode-kit/uninstall.sh"))
  expect({ exitCode, stderr, attempts }).toEqual({ exitCode: 0, stderr: "", attempts: [] })
  expect(await readdir(folder)).not.toContain("a prefix")
})
