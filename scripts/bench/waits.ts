import { type Turn, toolThenText } from "../harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { WindowOverError } from "../isolation/limits.ts"
import type { NetworkMode } from "../isolation/network.ts"
import type { Files } from "../isolation/run-folder.ts"
import { formatDuration } from "../lib/log.ts"
import type { Bench, Line } from "./lines.ts"
import { fastest, takeTurns } from "./rounds.ts"

/** How long each is watched, in milliseconds: upstream's is known to wait for longer. */
const WINDOW = 20_000

/** Above this ratio a wait is likelier than noise: the shortest timeout of upstream's is as long as a whole run. */
const TARGET = 1.25

/** A start of OpenCode in one network. */
interface Place {
  executable: string
  offline: boolean
  mode: NetworkMode
}

/** @returns milliseconds from the start until what was asked for is there; undefined when it was not in WINDOW */
type Scenario = (place: Place) => Promise<number | undefined>

/**
 * How long is waited for a network that does not answer, and for what is not on disk.
 */
export async function benchWaits(bench: Bench): Promise<Line[]> {
  return [...(await benchNetworks(bench)), ...(await benchMissing(bench))]
}

/**
 * Behind a firewall that drops every packet, against a network that refuses every connection at once: ours offline in
 * both. Upstream's stands beside it, run once behind the firewall.
 */
async function benchNetworks({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const lines: Line[] = []
  const places: Place[] = (["refuse", "drop"] as const).map((mode) => ({
    executable: built,
    offline: true,
    mode,
  }))
  for (const [name, scenario] of Object.entries(scenarios)) {
    const times = await takeTurns(Math.min(rounds, 3), places, async (place, round) => {
      update(`${name}, ${place.mode}, round ${round}`)
      return (await scenario(place)) ?? Number.POSITIVE_INFINITY
    })
    update(`${name}, upstream's, for ${WINDOW / 1000} s at most`)
    const upstream = await scenario({ executable: stock, offline: false, mode: "drop" })
    const [refused, dropped] = times.map(fastest) as [number, number]
    lines.push({
      name: `${name}: drop / refuse`,
      stock: upstream === undefined ? `> ${formatDuration(WINDOW)}` : formatDuration(upstream),
      built: formatDuration(dropped),
      value: dropped / refused,
      target: TARGET,
      unit: "ratio",
    })
  }
  return lines
}

/** A question with something named that is on no disk, against one without: ours offline, behind that firewall. */
async function benchMissing({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const lines: Line[] = []
  const place: Place = { executable: built, offline: true, mode: "drop" }
  for (const [name, settings] of Object.entries(missing)) {
    const turns: Turn[] = [{ tool: "write", input: { filePath: "a.ts", content: "let a = 1\n" } }, done]
    const scenario = [project, { ...project, ...settings }].map((files) => question(turns, files))
    const times = await takeTurns(Math.min(rounds, 3), scenario, async (run, round) => {
      update(`${name} that is missing, round ${round}`)
      return (await run(place)) ?? Number.POSITIVE_INFINITY
    })
    update(`${name} that is missing, upstream's, for ${WINDOW / 1000} s at most`)
    const upstream = await scenario[1]!({ executable: stock, offline: false, mode: "drop" })
    const [without, withIt] = times.map(fastest) as [number, number]
    lines.push({
      name: `${name} that is missing / without`,
      stock: upstream === undefined ? `> ${formatDuration(WINDOW)}` : formatDuration(upstream),
      built: formatDuration(withIt),
      value: withIt / without,
      target: TARGET,
      unit: "ratio",
    })
  }
  return lines
}

const done: Turn = { text: "Done." }

const project = { "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0" } }) }

const scenarios: Record<string, Scenario> = {
  run: question(toolThenText),
  grep: question([{ tool: "grep", input: { pattern: "a" } }, done]),
  glob: question([{ tool: "glob", input: { pattern: "*.ts" } }, done]),
  // A language server that would be downloaded, and a formatter that would be installed.
  "edit two files": question([
    { tool: "write", input: { filePath: "a.lua", content: "print(1)\n" } },
    { tool: "write", input: { filePath: "a.ts", content: "export const a = 1\n" } },
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

/** Files of a project that name what is on no disk. */
const missing: Record<string, Files> = {
  "a plugin": { "opencode.json": JSON.stringify({ plugin: ["absent-plugin@1.0.0"] }) },
  "a provider package": {
    "opencode.json": JSON.stringify({
      provider: { acme: { npm: "acme-provider", models: { one: { name: "One" } } } },
      small_model: "acme/one",
    }),
  },
  "a formatter": { "opencode.json": JSON.stringify({ formatter: {} }) },
  "a language server": {
    "opencode.json": JSON.stringify({ lsp: {} }),
    "package-lock.json": "{}",
    "node_modules/typescript/lib/tsserver.js": "",
  },
}

function question(provider: Turn[], files: Files = project): Scenario {
  return async ({ executable, offline, mode }) => {
    const args = [...(offline ? ["--offline"] : []), "run", "hi"]
    const setup = { executable, args, mode, provider, files }
    const { ms, stillRan } = await runIsolated({ ...setup, watchMs: WINDOW, lingerMs: 0 })
    return stillRan ? undefined : ms
  }
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
