import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { printHtml } from "../audit/html/page.ts"
import { labelOf } from "../audit/known-hosts.ts"
import { hostOf, type Report } from "../audit/report.ts"
import { readModuleGraph } from "../container/index.ts"
import { OPENS_SESSION_MS, type Turn } from "../harness/provider.ts"
import { runIsolated } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { unpackBrowser } from "../isolation/browser-files.ts"
import type { Cell } from "../isolation/screen.ts"
import { Failure } from "../lib/errors.ts"
import type { TakeRequest } from "./take.ts"
import { terminalPage } from "./terminal-page.ts"

const TAKE = join(import.meta.dirname, "take.ts")

/** No picture of the docs is larger, in bytes. */
const MOST = 200_000

const QUESTION = "What does example.com say?"
const ANSWER = "I cannot read example.com: OpenCode is offline, and its policy does not allow that host."

/** A model that asks for a page of the internet, and is told why it gets none. */
const TURNS: Turn[] = [
  { tool: "webfetch", input: { url: "https://example.com", format: "text" } },
  { text: ANSWER },
]

/** The TUI, offline, after a question. */
export async function takeTerminal(executable: string, file: string): Promise<void> {
  let cells: Cell[][] = []
  await runIsolated({
    executable,
    args: [],
    env: { OPENCODE_OFFLINE: "1" },
    provider: TURNS,
    pty: { columns: 100, rows: 28 },
    async during({ waitFor, waitUntilGone, type, cells: look }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      await type(QUESTION)
      await waitFor(QUESTION)
      await type("\r")
      // What a person is told is shown for some seconds.
      await waitFor("was blocked")
      await waitFor("does not allow that host.")
      await waitUntilGone("esc interrupt")
      cells = await look()
    },
  })
  await takePage(terminalPage(cells, await monospaced(executable)), "#screen", file)
}

/** The web UI, offline, after the same question. */
export async function takeWebUi(executable: string, file: string): Promise<void> {
  const browser = await unpackBrowser()
  const { port } = new URL(serverUrl)
  await runIsolated({
    executable,
    args: ["serve", "--port", port],
    env: { OPENCODE_OFFLINE: "1" },
    files: { "README.md": "# A project\n" },
    provider: TURNS,
    thinkingMs: OPENS_SESSION_MS,
    async during({ waitForServer, execute, folder }) {
      await waitForServer(`${serverUrl}/global/health`)
      const of = { url: serverUrl, project: folder.project, question: QUESTION, answer: ANSWER }
      const request: TakeRequest = { browser, file, size: { width: 1100, height: 680 }, of }
      requireTaken(await execute(process.execPath, [TAKE, JSON.stringify(request)]), file)
    },
  })
  await requireSmall(file)
}

/** The audit's table of hosts by scenarios, with what hosts are called in what people keep. */
export async function takeMatrix(report: Report, file: string): Promise<void> {
  const results = report.results.map((result) => ({
    ...result,
    runs: result.runs.map((run) => ({
      ...run,
      attempts: run.attempts.map((attempt) => ({ ...attempt, name: labelOf(hostOf(attempt)) })),
    })),
  }))
  await takePage(printHtml({ ...report, results }), ".mode", file)
}

async function takePage(html: string, part: string, file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pictures-"))
  try {
    const page = join(folder, "page.html")
    await writeFile(page, html)
    const request: TakeRequest = {
      ...{ browser: await unpackBrowser(), file, size: { width: 1280, height: 800 } },
      of: { page, part },
    }
    requireTaken(
      await runIsolated({ executable: process.execPath, args: [TAKE, JSON.stringify(request)] }),
      file,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
  await requireSmall(file)
}

/** A font that is inside the executable, for its own web UI. */
async function monospaced(executable: string): Promise<Uint8Array> {
  const graph = readModuleGraph(await readFile(executable))
  const found = graph.modules.find(({ name }) => /mono.*\.woff2$/i.test(name))
  if (found) return found.contents
  throw new Failure({
    what: "The TUI cannot be drawn",
    why: `${executable} has no monospaced font inside`,
    next: "npm run pictures, with the pin that is built by default",
  })
}

function requireTaken({ exitCode, stderr }: { exitCode?: number; stderr: string }, file: string): void {
  if (exitCode === 0) return
  throw new Failure({ what: `${file} was not taken`, why: stderr, next: "npm run pictures, once more" })
}

async function requireSmall(file: string): Promise<void> {
  const { size } = await stat(file)
  if (size <= MOST) return
  const why = `it has ${size} bytes, and ${MOST} are the most`
  throw new Failure({
    what: `${file} is too large`,
    why,
    next: "show less in it: scripts/pictures/pictures.ts",
  })
}
