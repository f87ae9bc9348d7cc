import { expect, test } from "bun:test"
import {
  ask,
  converse,
  hostsTried,
  runCommand,
  runQuestion,
  serve,
  serveAndAsk,
  serverUrl,
  toolResults,
  toolsOffered,
  untilTried,
} from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { runsAll } from "../lib/sampling.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import { asMeasured, triedByUpstream } from "../lib/tried.ts"

// What upstream's own executable is known to try: if these are not seen, the recorder is broken, and a run of ours that is
// seen to try nothing proves nothing.

const { page } = triedByUpstream
const setup = { executable: await stockExecutable() }
const built = { executable: builtExecutable() }

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }
const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }

const run = once(() => runQuestion(setup))
// An install goes on beside the answers.
const serving = once(() => serveAndAsk(setup, untilTried(/^registry\./)))
const conversation = once(() => converse(setup, untilTried("opncd.ai")))

test.concurrent("--version prints the version, and tries what was measured of it", async () => {
  const result = await runCommand(setup, "--version")
  expect(result).toMatchObject({ exitCode: 0, stdout: `${pin.version}\n` })
  expect(hostsTried(result)).toEqual(triedByUpstream["--version"])
})

// `run` asks for it, too.
if (runsAll) {
  test.concurrent("models asks for the catalogue: the host is looked up and connected to", async () => {
    const { attempts } = await runCommand(setup, "models")
    const name = expect.stringMatching(/^models\./)
    expect(attempts).toContainEqual(expect.objectContaining({ protocol: "udp", port: 53, name }))
    const what = expect.stringMatching(/^tls models\./)
    expect(attempts).toContainEqual(expect.objectContaining({ protocol: "tcp", port: 443, name, what }))
  })
}

test.concurrent("run tries the model catalogue, the npm registry and what else was measured, and gets its answer all the same", async () => {
  const result = await run()
  expect(result).toMatchObject(answered)
  expect(hostsTried(result)).toEqual(asMeasured(triedByUpstream.run))
  expect(toolResults(result)).toEqual(["tool-42\n"])
  const connections = result.attempts.filter(({ protocol }) => protocol === "tcp")
  expect(connections.length).toBeGreaterThanOrEqual(3)
})

test.concurrent("run with the five flags that upstream has still tries the npm registry", async () => {
  const flags = ["AUTOUPDATE", "DEFAULT_PLUGINS", "LSP_DOWNLOAD", "MODELS_FETCH", "SHARE"]
  const env = Object.fromEntries(flags.map((flag) => [`OPENCODE_DISABLE_${flag}`, "1"]))
  const result = await ask({ ...setup, env }, [hello])
  expect(result).toMatchObject(answered)
  expect(triedByUpstream["run with flags"]).toContain("the npm registry")
  expect(hostsTried(result)).toEqual(asMeasured(triedByUpstream["run with flags"]))
})

test.concurrent("run that searches in files tries github.com, for ripgrep", async () => {
  const result = await ask(setup, [{ tool: "grep", input: { pattern: "hello" } }, { text: "Done." }])
  expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n" })
  expect(triedByUpstream["run with a search"]).toContain("github.com")
  expect(hostsTried(result)).toEqual(asMeasured(triedByUpstream["run with a search"]))
})

// The TUI, below, shares by the same server; the audit has this scenario on upstream's executable, too.
if (runsAll) {
  test.concurrent("serve tries to share, and what else was measured", async () => {
    const { answers, ...result } = await serving()
    expect(answers["GET /config"]).toMatchObject({ status: 200 })
    expect(triedByUpstream.serve).toContain("opncd.ai")
    expect(hostsTried(result)).toEqual(expect.arrayContaining(asMeasured(triedByUpstream.serve)))
  })
}

test.concurrent("the TUI tries what was measured and, to share, opncd.ai", async () => {
  const result = await conversation()
  expect(result.screens.answered).toContain("The mock model says hello.")
  expect(toolResults(result)).toEqual(["tool-42\n"])
  expect(triedByUpstream.TUI).toContain("opncd.ai")
  expect(hostsTried(result)).toEqual(expect.arrayContaining(asMeasured(triedByUpstream.TUI)))
  const downloads = result.attempts.filter(
    ({ protocol, name }) => protocol === "tcp" && name === "github.com",
  )
  // ripgrep, where it is fetched at the start, and the grammar of the code block in the answer
  expect(downloads.length).toBeGreaterThanOrEqual(triedByUpstream.run.includes("github.com") ? 2 : 1)
})

// With the switch off, ours does and tries the same.

/** Where upstream's gets what is inside ours: ripgrep, by patches the web UI and, from where ripgrep is, grammars. */
const ripgrep = "github.com"
const pages = page === undefined ? [] : [page]

const triedBut = (result: Parameters<typeof hostsTried>[0], inside: string[]) =>
  hostsTried(result).filter((host) => !inside.includes(host))

test.concurrent("switched off, run does and tries what upstream's does, but for ripgrep, which is inside", async () => {
  const [ours, upstreams] = await Promise.all([runQuestion(built), run()])
  expect(ours).toMatchObject({ exitCode: upstreams.exitCode, stdout: upstreams.stdout })
  expect(hostsTried(ours)).toEqual(triedBut(upstreams, [ripgrep]))
  expect(toolsOffered(ours)).toEqual(toolsOffered(upstreams))
  expect(toolResults(ours)).toEqual(toolResults(upstreams))
})

// The TUI has the same server in its worker; the page that ours has inside is in web-ui.test.ts.
if (runsAll) {
  test.concurrent("switched off, serve tries what upstream's does, except that the page and ripgrep come from inside", async () => {
    const [ours, upstreams] = await Promise.all([serveAndAsk(built, untilTried(/^registry\./)), serving()])
    expect(hostsTried(ours)).toEqual(triedBut(upstreams, [ripgrep, ...pages]))
    expect(ours.answers["GET /"]).toMatchObject({ status: 200, type: expect.stringContaining("text/html") })
    for (const path of ["GET /doc", "POST /session/ID/share"])
      expect(ours.answers[path]!.status).toBe(upstreams.answers[path]!.status)
    expect(ours.stdout).not.toContain("offline")
  })
}

test.concurrent("switched off, the TUI tries what upstream's does, but for what is inside, and says nothing of offline", async () => {
  const [ours, upstreams] = await Promise.all([converse(built, untilTried("opncd.ai")), conversation()])
  expect(hostsTried(ours)).toEqual(triedBut(upstreams, [ripgrep, ...pages]))
  expect(ours.screens.start).not.toContain("offline")
})

if (page !== undefined)
  test.concurrent("behind a firewall that drops packets, serve has no answer to GET / while it dials again and again", async () => {
    let answer = "none"
    await serve({ ...setup, mode: "drop" }, async ({ fetch, attempts, waitUntil }) => {
      const stop = new AbortController()
      const asking = fetch(serverUrl, { signal: stop.signal }).then(
        ({ status }) => {
          answer = `status ${status}`
        },
        (error) => {
          if (!stop.signal.aborted) answer = String(error)
        },
      )
      await waitUntil(`serve to dial ${page} a third time`, async () =>
        (await attempts()).some(
          ({ name, protocol, packets }) => name === page && protocol === "tcp" && packets >= 3,
        ),
      )
      stop.abort()
      await asking
    })
    expect(answer).toBe("none")
  })
