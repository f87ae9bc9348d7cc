import { type Turn, toolThenText } from "../harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { WindowOverError } from "../isolation/limits.ts"
import type { NetworkMode } from "../isolation/network.ts"
import type { Files } from "../isolation/run-folder.ts"
import { formatDuration } from "../lib/log.ts"
import type { Bench, Line } from "./lines.ts"
import { leastRatio, sideBySide } from "./rounds.ts"

/** How long each is watched, in milliseconds: upstream's is known to wait for longer. */
const WINDOW = 20_000

/** Above this ratio a wait is likelier than noise: the shortest timeout of upstream's is as long as a whole run. */
const TARGET = 1.25

/** What is no question of speed needs few. */
const ROUNDS = 2

/** A start of OpenCode in one network. */
interface Place {
  executable: string
  offline: boolean
  mode: NetworkMode
}

/** @returns milliseconds from the start until what was asked for is there; undefined when it was not in WINDOW */
type Scenario = (place: Place) => Promise<number | undefined>

/** How long is waited for a network that does not answer, and for what is not on disk. */
export async function benchWaits(bench: Bench): Promise<Line[]> {
  return [...(await benchNetworks(bench)), ...(await benchMissing(bench))]
}

/**
 * Behind a firewall that drops every packet, against a network that refuses every connection at once: ours offline in
 * both. Upstream's stands beside it, run once behind the firewall.
 */
async function benchNetworks({ stock, built, update }: Bench): Promise<Line[]> {
  const lines: Line[] = []
  const stocks = await runUpstreams(stock, scenarios, update)
  for (const [name, scenario] of Object.entries(scenarios)) {
    const inMode = (mode: NetworkMode) => async (round: number) => {
      update(`${name}, round ${round} of ${ROUNDS}`)
      return (await scenario({ executable: built, offline: true, mode })) ?? Number.POSITIVE_INFINITY
    }
    const times = await sideBySide(ROUNDS, [inMode("refuse"), inMode("drop")])
    lines.push(line(`${name}: drop / refuse`, stocks[name], leastRatio(times)))
  }
  return lines
}

/**
 * A question in a project that names a plugin, a provider package, a formatter and a language server that are on no disk,
 * against one without: ours offline, in every network, until the first request to the model, and until the one that
 * follows an edit.
 */
async function benchMissing({ stock, built, update }: Bench): Promise<Line[]> {
  const lines: Line[] = []
  const whole = { ...project, ...missing }
  const stocks = await runUpstreams(
    stock,
    { [FIRST]: async (place) => (await requestsOf(whole, place))[FIRST] },
    update,
  )
  for (const mode of ["answer", "refuse", "drop"] as const) {
    const withFiles = (files: Files) => (round: number) => {
      update(`what is missing, ${mode}, round ${round} of ${ROUNDS}`)
      return requestsOf(files, { executable: built, offline: true, mode })
    }
    const pairs = await sideBySide(ROUNDS, [withFiles(project), withFiles(whole)])
    for (const request of [FIRST, SECOND] as const) {
      const times = pairs.map((pair) => pair.map((one) => one[request] ?? Number.POSITIVE_INFINITY))
      const name = `with what is missing / without, ${mode}: ${request}`
      lines.push(line(name, mode === "drop" ? stocks[request] : undefined, leastRatio(times as Pair[])))
    }
  }
  return lines
}

type Pair = [number, number]

const FIRST = "first request"
const SECOND = "request behind an edit"

/** When the model was asked, in a question that is followed by an edit. */
async function requestsOf(files: Files, place: Place) {
  const { providerRequests } = await ask(place, [edit("a.ts"), done], files)
  // Those without tools are for a title, which is made beside.
  const [first, second] = providerRequests.filter(({ body }) => (body?.tools?.length ?? 0) > 0)
  return { [FIRST]: first?.at, [SECOND]: second?.at }
}

/** Upstream's in each scenario, behind the firewall, two at a time; for people, by the scenarios' names. */
async function runUpstreams(
  stock: string,
  scenarios: Record<string, Scenario>,
  update: Bench["update"],
): Promise<Record<string, string>> {
  update(`upstream's, for ${WINDOW / 1000} s at most each`)
  const runs = Object.entries(scenarios).map(async ([name, scenario]) => {
    const ms = await scenario({ executable: stock, offline: false, mode: "drop" })
    return [name, ms === undefined ? `> ${formatDuration(WINDOW)}` : formatDuration(ms)]
  })
  return Object.fromEntries(await Promise.all(runs))
}

function line(name: string, stock: string | undefined, [without, withIt]: Pair): Line {
  return {
    name,
    ...(stock && { stock }),
    built: formatDuration(withIt),
    value: withIt / without,
    target: TARGET,
    unit: "ratio",
  }
}

const project = { "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0" } }) }

/** Files of a project that name what is on no disk. */
const missing: Files = {
  "opencode.json": JSON.stringify({
    plugin: ["absent-plugin@1.0.0"],
    provider: { acme: { npm: "acme-provider", models: { one: { name: "One" } } } },
    small_model: "acme/one",
    formatter: {},
    lsp: {},
  }),
  "package-lock.json": "{}",
  "node_modules/typescript/lib/tsserver.js": "",
}

const done: Turn = { text: "Done." }

const edit = (filePath: string): Turn => ({
  tool: "write",
  input: { filePath, content: "export const a = 1\n" },
})

const scenarios: Record<string, Scenario> = {
  run: question(toolThenText),
  // A language server that would be downloaded, and a formatter that would be installed.
  "grep, glob and two edits": question([
    { tool: "grep", input: { pattern: "a" } },
    { tool: "glob", input: { pattern: "*.ts" } },
    edit("a.lua"),
    edit("a.ts"),
    done,
  ]),
  "serve and its page": watch(["serve", "--port", new URL(serverUrl).port], false, async (context) => {
    await context.waitForServer(`${serverUrl}/global/health`)
    const page = await context.fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })
    if (page.status !== 200) throw new Error(`the page was answered with ${page.status}`)
    await page.text()
  }),
  "TUI to first prompt": watch([], true, ({ waitFor }) => waitFor("Ask anything")),
}

function question(provider: Turn[]): Scenario {
  return async (place) => {
    const { ms, stillRan } = await ask(place, provider, project)
    return stillRan ? undefined : ms
  }
}

function ask({ executable, offline, mode }: Place, provider: Turn[], files: Files) {
  const args = [...(offline ? ["--offline"] : []), "run", "hi"]
  return runIsolated({ executable, args, mode, provider, files, watchMs: WINDOW, lingerMs: 0 })
}

function watch(args: string[], pty: boolean, during: (context: IsolatedContext) => Promise<void>): Scenario {
  return async ({ executable, offline, mode }) => {
    let ms: number | undefined
    const watching = runIsolated({
      executable,
      args: [...args, ...(offline ? ["--offline"] : [])],
      mode,
      provider: true,
      pty: pty || undefined,
      watchMs: WINDOW,
      lingerMs: 0,
      async during(context) {
        const started = performance.now()
        await during(context)
        ms = performance.now() - started
      },
    })
    // What did not come before the window was over is an error of the one who waited for it, and here a result.
    await watching.catch((error) => {
      if (!(error instanceof WindowOverError)) throw error
    })
    return ms
  }
}
