import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import type { Turn } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, serve, serverUrl, toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"
import { isReadable, stockExecutable } from "../lib/stock.ts"
import { callTool, toolOutput } from "./lib/call-tool.ts"

// On a machine without `rg` OpenCode searches with the one inside. That upstream's downloads one is seen in stock.test.ts.

const executable = builtExecutable()
const offline = { executable, env: { OPENCODE_OFFLINE: "1" }, mode: "drop" } as const
const files = { "greeting.txt": "hello there\n" }
const done: Turn = { text: "Done." }
const grep = { tool: "grep", input: { pattern: "hello" } }
const glob: Turn = { tool: "glob", input: { pattern: "*.txt" } }
const inCache = /^home\/\.cache\/opencode-inside\/[0-9a-f]{16}\/rg$/

describe("without rg in PATH", () => {
  test.concurrent("grep and glob find what is there, offline", async () => {
    const result = await ask({ ...offline, files }, [grep, glob, done])
    expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
    const results = toolResults(result)
    expect(results).toContainEqual(expect.stringContaining("Line 1: hello there"))
    expect(results.at(-1)).toMatch(/^\/.*\/project\/greeting\.txt$/)
    expect(result.files.filter((file) => inCache.test(file))).toHaveLength(1)
  })

  test.concurrent("the switch need not be on for that", async () => {
    const result = await callTool({ executable, files }, "grep", grep.input)
    expect(result.output).toContain("Line 1: hello there")
    expect(hostsTried(result)).not.toContain("github.com")
    if (!runsAll) return
    const upstreams = await ask({ executable: await stockExecutable(), files }, [grep, done])
    expect(hostsTried(upstreams)).toContain("github.com")
  })

  test.concurrent("the server searches texts and files", async () => {
    const found: string[] = []
    const result = await serve({ ...offline, files }, async ({ fetch }) => {
      for (const route of ["/find?pattern=hello", "/find/file?query=greet"])
        found.push(await (await fetch(serverUrl + route)).text())
    })
    expect(found).toEqual([expect.stringContaining("hello there"), '["greeting.txt"]'])
    expect(result.attempts).toEqual([])
  })

  // It asks its server for that, as above.
  if (runsAll)
    test.concurrent("the TUI completes the name of a file after @", async () => {
      const result = await runIsolated({
        ...offline,
        files,
        provider: true,
        pty: true,
        async during({ waitFor, type }) {
          await waitFor("Ask anything")
          await type("@gree")
          await waitFor("greeting.txt")
        },
      })
      expect(result.attempts).toEqual([])
    })
})

describe("with rg in PATH", () => {
  let bin: string
  beforeAll(async () => {
    bin = await mkdtemp(path.join(tmpdir(), "bin-"))
    await writeFile(path.join(bin, "rg"), STAND_IN, { mode: 0o755 })
  })
  afterAll(() => rm(bin, { recursive: true }))

  test.concurrent("that one is used, and none is written", async () => {
    const env = { ...offline.env, PATH: `${bin}:/usr/bin:/bin` }
    const result = await callTool({ ...offline, env, files }, "grep", grep.input)
    expect(result).toMatchObject({ exitCode: 0, attempts: [] })
    expect(result.output).toContain("Line 7: said by the stand-in")
    expect(result.files.filter((file) => file.endsWith("/rg"))).toEqual([])
  })
})

/** Stands in for ripgrep: lists the file, or finds it, in the form that a release of OpenCode asks for. */
const STAND_IN = `#!/bin/sh
case "$*" in
  *--files*) echo greeting.txt ;;
  *--json*) printf '%s\\n' '{"type":"match","data":{"path":{"text":"greeting.txt"},"lines":{"text":"said by the stand-in\\n"},"line_number":7,"absolute_offset":0,"submatches":[]}}' ;;
  *) echo "$PWD/greeting.txt|7|said by the stand-in" ;;
esac
`

describe("where nothing can be run from the user's cache", () => {
  const mount = Bun.which("mount", { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" })!
  const scriptFor = (command: string) =>
    [
      "tools=/usr/bin:/bin:/usr/sbin:/sbin",
      'for folder in $SEALED; do PATH=$tools mkdir -p "$folder"; $MOUNT -t tmpfs -o "$OPTIONS,mode=700" none "$folder"; done',
      `exec "$OPENCODE" ${command}`,
    ].join("\n")
  const askSealed = (OPTIONS: string, sealed: string, command = 'run "say hi"') =>
    runIsolated({
      ...offline,
      executable: "/bin/sh",
      args: ["-ec", `SEALED="${sealed}"\n${scriptFor(command)}`],
      env: { ...offline.env, MOUNT: mount, OPTIONS, OPENCODE: path.resolve(executable) },
      files,
      provider: [grep, done],
    })

  const search = `debug agent build --tool grep --params '${JSON.stringify(grep.input)}'`

  test.concurrent("because it is mounted noexec, the user's data folder is taken", async () => {
    const result = await askSealed("noexec", "$HOME/.cache/opencode-inside", search)
    expect(toolOutput(result)).toContain("Line 1: hello there")
    expect(result.files.filter((file) => file.endsWith("/rg"))).toEqual([
      expect.stringMatching(/^home\/\.local\/share\/opencode-inside\/[0-9a-f]{16}\/rg$/),
    ])
  })

  test.concurrent("because nothing can be run from that, nor from those for data and state, the temporary one is taken", async () => {
    const sealed = "$HOME/.cache/opencode-inside $HOME/.local/share/opencode-inside $HOME/.local/state"
    const result = await askSealed("noexec", sealed, search)
    expect(toolOutput(result)).toContain("Line 1: hello there")
  })

  test.concurrent("nor from any other folder, a person is told of each, and what to set, and nothing is tried", async () => {
    const sealed =
      "$HOME/.cache/opencode-inside $HOME/.local/share/opencode-inside $HOME/.local/state $TMPDIR"
    const result = await askSealed("noexec", sealed)
    expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
    const said = result.stderr
      .split("\n")
      .find((line) => line.startsWith("! Searching in files does not work"))
    expect(said).toContain("rg is inside this OpenCode, but there is no place to put it")
    for (const folder of [".cache/opencode-inside", ".local/share/opencode-inside", "tmp/opencode-offline-0"])
      expect(said).toContain(`${folder}: programs cannot be run from there: /`)
    expect(said).toContain(".cache/opencode-inside is mounted noexec")
    expect(said).toContain("Set XDG_CACHE_HOME to a folder that you can write to and run programs from.")
    // What the model is told. From 1.14 on upstream has words of its own for whatever kept a search from starting.
    const told = isReadable ? "github.com:443 was blocked" : "ripgrep execution failed"
    expect(toolResults(result)).toEqual([expect.stringContaining(told)])
  })

  test.concurrent("nor from any other folder, the offline command says so", async () => {
    const sealed =
      "$HOME/.cache/opencode-inside $HOME/.local/share/opencode-inside $HOME/.local/state $TMPDIR"
    const { exitCode, stdout } = await askSealed("noexec", sealed, "offline")
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Searching in files does not work: rg is inside .*no place to put it/m)
    expect(stdout).not.toContain("github.com")
  })
})
