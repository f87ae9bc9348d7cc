import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { OPENS_SESSION_MS } from "../harness/provider.ts"
import { type IsolatedContext, type IsolatedOptions, runIsolated } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { type BrowserFiles, unpackBrowser } from "../isolation/browser-files.ts"
import type { RecordedResult } from "../isolation/isolated.ts"
import { TimeLimitError, watchFor } from "../isolation/limits.ts"
import type { CommandResult } from "../isolation/request.ts"
import { type Asked, askEverything } from "./api.ts"
import { nextKeys } from "./keys.ts"
import type { PageRequest, PageResult } from "./page-steps.ts"
import { Random } from "./random.ts"

export const PARTS = ["api", "tui", "page"] as const
export type Part = (typeof PARTS)[number]

/** What is explored, and how. */
export interface Exploration {
  executable: string
  /** Whether the switch is on; off, it is upstream's, and packets are to be seen. */
  offline: boolean
  seed: number
  /** How many steps the TUI and the page take; of the API, every operation is asked for once. */
  steps: number
}

/** What came of one part. */
export interface Explored {
  part: Part
  seed: number
  /** How many operations were asked for, keys were typed, or steps were taken. */
  steps: number
  /** The same for people. */
  did: string
  /** What was tried outside loopback, and how OpenCode crashed: a line each; none when all is as it must be. */
  findings: string[]
  /** Errors that nobody caught and that upstream's code is known for (docs/limits.md): no findings. */
  known: string[]
}

/**
 * Explores one part of an executable in a network of its own.
 * @throws TimeLimitError when it hung, so that nothing can be said of it, and Failure when this machine cannot do that
 */
export async function explore(part: Part, exploration: Exploration): Promise<Explored> {
  const { steps, did, runs } = await parts[part](exploration)
  return {
    part,
    seed: exploration.seed,
    steps,
    did,
    findings: [...new Set(runs.flatMap(findingsOf))],
    known: runs.flatMap(knownOf),
  }
}

const parts: Record<
  Part,
  (exploration: Exploration) => Promise<{ steps: number; did: string; runs: Run[] }>
> = {
  async api(exploration) {
    let asked: Asked[] = []
    const run = await serve(exploration, async (context, gone) => {
      asked = await askEverything(context, new Random(exploration.seed), gone)
    })
    const of = (holds: (outcome: Asked["outcome"]) => boolean) =>
      asked.filter(({ outcome }) => holds(outcome)).length
    const status = (least: number) =>
      of((outcome) => typeof outcome === "number" && outcome >= least && outcome < least + 100)
    const did = `${asked.length} operations asked for: ${status(200)} done, ${status(400)} refused, ${status(500)} failed, ${of((outcome) => outcome === "open")} without an end, ${of((outcome) => outcome === "failed")} without an answer`
    return { steps: asked.length, did, runs: [run] }
  },

  async tui(exploration) {
    const random = new Random(exploration.seed)
    const runs: Run[] = []
    let left = exploration.steps
    // A key may end it, as a person may: then it is started again, but not after a crash.
    let crash: string | undefined
    while (left > 0 && !crash && !runs.some(hasCrashed)) {
      const before = left
      const run = await runRecorded(exploration, { pty: true, mayEnd: true }, async (context, gone) => {
        await context.waitFor("Ask anything")
        for (; left > 0 && !gone() && !crash; left--) {
          for (const keys of nextKeys(random)) {
            await context.type(keys)
            await watchFor(50)
          }
          const screen = await context.screen()
          crash = CRASH_SCREENS.find((text) => screen.includes(text))
        }
      })
      if (crash) run.unhandled.push(`on the screen: ${crash}`)
      // No key has ended it then.
      runs.push(left === before ? { ...run, mayEnd: false } : run)
    }
    const steps = exploration.steps - left
    return { steps, did: `${steps} steps in the TUI, started ${runs.length} times`, runs }
  },

  async page(exploration) {
    const browser = await unpackBrowser()
    let seen: PageResult = { steps: 0, places: 0, unhandled: [], elsewhere: [] }
    const run = await serve(exploration, async (context) => {
      seen = await walkPage(context, browser, exploration)
    })
    run.unhandled.push(...seen.unhandled.map((line) => `in the page: ${line}`))
    run.elsewhere = seen.elsewhere
    const did = `${seen.steps} steps in the page, ${seen.places} addresses of it`
    return { steps: seen.steps, did, runs: [run] }
  },
}

async function walkPage(
  { execute, folder }: IsolatedContext,
  browser: BrowserFiles,
  { seed, steps }: Exploration,
): Promise<PageResult> {
  const request: PageRequest = {
    ...{ browser, url: serverUrl, project: folder.project, seed, steps },
    question: "What is the answer?",
    answer: "The mock model says hello.",
  }
  const script = join(import.meta.dirname, "page-steps.ts")
  const { stdout, stderr } = await execute(process.execPath, [script, JSON.stringify(request)])
  if (stdout === "") throw new Error(`the page could not be explored: ${stderr}`)
  return JSON.parse(stdout)
}

/** One run of OpenCode. */
interface Run {
  recorded: RecordedResult
  /** How it ended by itself. */
  ended?: CommandResult
  mayEnd: boolean
  /** Errors that nobody caught, as its log and the page say. */
  unhandled: string[]
  /** What the page asked others for. */
  elsewhere: string[]
}

function serve(
  exploration: Exploration,
  during: (context: IsolatedContext, gone: () => boolean) => Promise<void>,
): Promise<Run> {
  const args = ["serve", "--port", new URL(serverUrl).port]
  return runRecorded(exploration, { args, mayEnd: false }, async (context, gone) => {
    await context.waitForServer(`${serverUrl}/global/health`)
    await during(context, gone)
  })
}

async function runRecorded(
  { executable, offline }: Exploration,
  { mayEnd, ...options }: Partial<IsolatedOptions> & { mayEnd: boolean },
  during: (context: IsolatedContext, gone: () => boolean) => Promise<void>,
): Promise<Run> {
  const run: Partial<Run> & Pick<Run, "unhandled"> = { unhandled: [] }
  try {
    await runIsolated({
      ...options,
      executable,
      env: offline ? { OPENCODE_OFFLINE: "1" } : {},
      provider: true,
      thinkingMs: OPENS_SESSION_MS,
      files: { "a.ts": "export const a = 1\n", "b.md": "# b\n" },
      async keepRecording({ result }) {
        run.recorded = result
      },
      async during(context) {
        let over = false
        const ended = context.finished().then(
          (result) => {
            // What comes when all is done is the end that the run makes.
            if (!over) run.ended = result
          },
          () => undefined,
        )
        const acting = during(context, () => run.ended !== undefined).then(
          () => {
            over = true
          },
          async (error) => {
            // What is waited for does not come when OpenCode has ended.
            await ended
            if (!run.ended) throw error
          },
        )
        await Promise.race([acting, ended])
        run.unhandled = await unhandledIn(context.folder.home)
      },
    })
  } catch (error) {
    if (error instanceof TimeLimitError || run.ended === undefined || run.recorded === undefined) throw error
  }
  return { ...run, recorded: run.recorded!, mayEnd, elsewhere: [] }
}

/** What upstream's log says of errors that nobody caught. */
async function unhandledIn(home: string): Promise<string[]> {
  const folder = join(home, ".local/share/opencode/log")
  const files = await readdir(folder).catch((): string[] => [])
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))
  const lines = texts.flatMap((text) => text.split("\n"))
  return lines.filter((line) => UNHANDLED.test(line))
}

/** What upstream's TUI shows when it has caught its own crash: of later releases, and of the kept pin. */
const CRASH_SCREENS = ["An unexpected error stopped the session", "A fatal error occurred"]

/**
 * Errors of upstream's own that nobody catches there, switch on or off, and after which it goes on (docs/limits.md): the kept pin answers
 * a request ahead of what it begins, which then fails as its session or model is not there; and one of the page's.
 */
const KNOWN =
  /\be=(NotFoundError|ProviderModelNotFoundError) rejection$|^in the page: .*\bMaximum call stack size exceeded/

const UNHANDLED = /^ERROR.*(unhandled|uncaught|\brejection\b|\bexception\b)/i

function findingsOf(run: Run): string[] {
  const { recorded, ended, unhandled, elsewhere } = run
  const tried = recorded.attempts.map(
    ({ name, address, protocol, port, what, process }) =>
      `tried ${name ?? address ?? "not IP"} ${protocol}${port === undefined ? "" : `/${port}`}${what ? ` (${what})` : ""} by ${process?.command ?? "a process that is gone"}`,
  )
  const asked = elsewhere.map((url) => `the page asked for ${url}`)
  const errors = unhandled.filter((line) => !KNOWN.test(line)).map((line) => `unhandled ${line}`)
  return [...tried, ...asked, ...(hasCrashed(run) ? [describeCrash(ended!)] : []), ...errors]
}

function knownOf({ unhandled }: Run): string[] {
  return unhandled.filter((line) => KNOWN.test(line))
}

/** Whether it ended by itself where it must go on, or in another way than a person ends it. */
function hasCrashed({ ended, mayEnd }: Run): boolean {
  return ended !== undefined && !(mayEnd && ended.exitCode === 0)
}

function describeCrash(ended: CommandResult): string {
  const how = ended.signal ?? `exit code ${ended.exitCode}`
  const last = `${ended.stdout}\n${ended.stderr}`.trim().split("\n").slice(-3).join(" / ")
  return `ended with ${how}: ${last}`
}
