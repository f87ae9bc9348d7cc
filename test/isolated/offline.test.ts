import { expect, test } from "bun:test"
import {
  converse,
  runCommand,
  runQuestion,
  type Setup,
  serveAndAsk,
  serverUrl,
  toolResults,
} from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"
import { pin } from "../lib/stock.ts"
import { ANSWER, CALL, GREET } from "./lib/greet-tool.ts"
import { expectAnswers } from "./lib/web-answers.ts"

// The main promise, on the executable that was built: with the switch on, whichever way, no packet goes anywhere but to
// loopback. stock.test.ts and detector.test.ts show that the recorder would have seen one.

const executable = builtExecutable()

const ways: [way: string, setup: Setup][] = [
  ["--offline", { executable, args: ["--offline"] }],
  ['"offline": true in opencode.json', { executable, files: { "opencode.json": '{ "offline": true }' } }],
]
// By it smoke.test.ts asks the same, and nearly all other tests are offline.
if (runsAll) ways.push(["OPENCODE_OFFLINE=1", { executable, env: { OPENCODE_OFFLINE: "1" } }])

const sharingIsOff = /Sharing is off because OpenCode is offline \(.*\)/

for (const [way, setup] of ways) {
  test.concurrent(`with ${way}, run calls a tool, prints the answer and tries nothing`, async () => {
    const result = await runQuestion(setup)
    expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
    expect(toolResults(result)).toEqual(["tool-42\n"])
  })

  // Which way it was is decided ahead of the command.
  if (way !== "--offline" && !runsAll) continue

  test.concurrent(`with ${way}, serve answers, says that sharing is off, and tries nothing`, async () => {
    const { answers, attempts, stdout } = await serveAndAsk(setup)
    expect(attempts).toEqual([])
    expect(stdout).toContain("offline (")
    expect(answers["GET /"]).toMatchObject({ status: 200, type: expect.stringContaining("text/html") })
    expect(JSON.parse(answers["GET /doc"]!.text)).toMatchObject({ openapi: expect.any(String) })
    expect(JSON.parse(answers["GET /config"]!.text)).toMatchObject({ model: "mock/mock-model" })
    expect(answers["POST /session"]).toMatchObject({ status: 200 })
    expect(answers["POST /session/ID/share"]).toMatchObject({
      status: 403,
      text: expect.stringMatching(sharingIsOff),
    })
  })

  test.concurrent(`with ${way}, --version prints the version and tries nothing`, async () => {
    const { exitCode, stdout, attempts } = await runCommand(setup, "--version")
    expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
    expect(stdout).toContain(pin.version)
  })

  test.concurrent(`with ${way}, --help lists the commands and the option, and tries nothing`, async () => {
    const { exitCode, stdout, stderr, attempts } = await runCommand(setup, "--help")
    expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
    expect(stdout + stderr).toContain("opencode serve")
    expect(stdout + stderr).toContain("--offline")
  })

  test.concurrent(`with ${way}, models lists what can be reached of the catalogue inside, and tries nothing`, async () => {
    const env = { ...setup.env, OPENCODE_OFFLINE_ALLOW: "opencode.ai:443" }
    const { exitCode, stdout, attempts } = await runCommand({ ...setup, env }, "models")
    expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
    expect(stdout.split("\n")).toContain("mock/mock-model")
    expect(stdout).toMatch(/^opencode\//m)
  })

  test.concurrent(`with ${way}, the TUI holds a conversation, calls a custom tool and refuses to share, its server answers as serve does, and it tries nothing`, async () => {
    const result = await converse(
      {
        ...setup,
        args: [...(setup.args ?? []), "--port", new URL(serverUrl).port],
        files: { ...setup.files, ".opencode/tool/greet.ts": GREET },
      },
      async (context) => {
        await context.waitFor("Sharing is off")
        await expectAnswers(context)
      },
      [CALL],
    )
    const { screens, attempts } = result
    expect(attempts).toEqual([])
    const shown = `${pin.version} offline`
    expect(screens.start).toContain(shown)
    expect(screens.answered).toContain(shown)
    expect(screens.answered).toContain("The mock model says hello.")
    expect(toolResults(result).slice(-2)).toEqual([ANSWER, "tool-42\n"])
  })
}
