import { watchFor } from "../isolation/limits.ts"
import { type Turn, toolThenText } from "./provider.ts"
import {
  type IsolatedContext,
  type IsolatedOptions,
  type IsolatedResult,
  runIsolated,
} from "./run-opencode.ts"

/** How OpenCode is started beyond what a scenario itself needs: which executable, and what is switched on how. */
export interface Setup
  extends Pick<IsolatedOptions, "env" | "files" | "home" | "mode" | "etc" | "thinkingMs"> {
  executable: string
  /** Put behind a scenario's own arguments. */
  args?: string[]
}

/** Runs one command without a terminal to its end. */
export function runCommand(setup: Setup, ...args: string[]): Promise<IsolatedResult> {
  return runIsolated({ ...setup, provider: true, args: [...args, ...(setup.args ?? [])] })
}

/** A question to the mock model, which calls a tool and then answers. */
export function runQuestion(setup: Setup): Promise<IsolatedResult> {
  return runCommand(setup, "run", "say hi")
}

/** A question to a mock model that takes these turns. */
export function ask(setup: Setup, provider: Turn[]): Promise<IsolatedResult> {
  return runIsolated({ ...setup, provider, args: ["run", "say hi", ...(setup.args ?? [])] })
}

/** Where `serve` listens in a namespace. */
export const serverUrl = "http://127.0.0.1:4321"

/** What the server answered to one request. */
export interface Answer {
  status: number
  type: string
  text: string
}

export interface ServeResult extends IsolatedResult {
  answers: Record<string, Answer>
}

/**
 * Starts `serve` and asks for the page, the API's description, the configuration, and a session to be made and shared.
 * @param afterwards what is then waited for
 */
export async function serveAndAsk(
  setup: Setup,
  afterwards: (context: IsolatedContext) => Promise<unknown> = async () => {},
): Promise<ServeResult> {
  const answers: Record<string, Answer> = {}
  const result = await serve(setup, async (context) => {
    const { fetch } = context
    const ask = async (method: string, path: string, init: RequestInit = {}) => {
      const response = await fetch(serverUrl + path, { ...init, method })
      const type = response.headers.get("content-type") ?? ""
      const answer = { status: response.status, type, text: await response.text() }
      answers[`${method} ${path.replace(/ses_\w+/, "ID")}`] = answer
      return answer
    }
    await ask("GET", "/", { headers: { accept: "text/html" } })
    await ask("GET", "/doc")
    await ask("GET", "/config")
    const headers = { "content-type": "application/json" }
    const session = await ask("POST", "/session", { body: "{}", headers })
    await ask("POST", `/session/${JSON.parse(session.text).id}/share`)
    await afterwards(context)
  })
  return { ...result, answers }
}

/** Starts `serve`, and ends it when `during` is done. */
export function serve(setup: Setup, during: (context: IsolatedContext) => Promise<void>) {
  const args = ["serve", "--port", new URL(serverUrl).port, ...(setup.args ?? [])]
  return runIsolated({
    ...setup,
    args,
    provider: true,
    async during(context) {
      await context.waitForServer(`${serverUrl}/global/health`)
      await during(context)
    },
  })
}

export interface ConversationResult extends IsolatedResult {
  /** The screen when the TUI was ready, when the model had answered, and after `/share`. */
  screens: { start: string; answered: string; shared: string }
}

/**
 * Opens the TUI, asks a question, waits for the answer, tries to share the conversation, and leaves.
 * @param afterShare what is then waited for: a text on the screen, or whatever ends the promise
 * @param calls what the model does ahead of its answer, besides the tool that it always calls
 */
export async function converse(
  setup: Setup,
  afterShare: string | ((context: IsolatedContext) => Promise<unknown>),
  calls: Turn[] = [],
): Promise<ConversationResult> {
  const screens = { start: "", answered: "", shared: "" }
  const result = await runIsolated({
    ...setup,
    provider: [...calls, ...withCode],
    pty: true,
    async during(context) {
      const { waitFor, waitUntil, type, screen, finished } = context
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      // In the foot, which is the last that is drawn.
      await waitUntil("the version", async () => /\b\d+\.\d+\.\d+\b/.test(await screen()) || undefined)
      screens.start = await screen()
      await enter(context, "say hi", "The mock model says hello.")
      await waitFor('print("hi")')
      screens.answered = await screen()
      await share(context, () => (typeof afterShare === "string" ? waitFor(afterShare) : afterShare(context)))
      screens.shared = await screen()
      await type(CONTROL_C)
      await finished()
    },
  })
  return { ...result, screens }
}

/** For {@link converse} and {@link serveAndAsk}: waits until a host is tried. */
export function untilTried(host: string | RegExp) {
  const isIt = (name = "") => (typeof host === "string" ? name === host : host.test(name))
  return async ({ waitUntil, attempts }: IsolatedContext) => {
    await waitUntil(`${host} to be tried`, async () => (await attempts()).some(({ name }) => isIt(name)))
  }
}

/**
 * Shares a conversation of the TUI. From some release on, that asks whether it is to be: the answer is yes.
 * @param over ends when the attempt is over. It is called ahead of the key that shares, as in {@link enter}
 */
export async function share(
  { waitFor, type }: Pick<IsolatedContext, "waitFor" | "type">,
  over: () => Promise<unknown>,
): Promise<void> {
  await type("/share")
  await waitFor("/share")
  // What a list offers for a text is there a moment after the text.
  await watchFor(300)
  const [asks, ended] = [waitFor("Are you sure you want to share").then(() => true), over()]
  const [isAsked] = await Promise.all([Promise.race([asks, ended.then(() => false)]), type("\r")])
  if (isAsked) await type("\r")
  await ended
}

/** The TUI colours code by a grammar that upstream's fetches when there is some to draw. */
const withCode: Turn[] = [
  toolThenText[0]!,
  { text: `The mock model says hello.\n\n\`\`\`python\nprint("hi")\n\`\`\`\n` },
]

const CONTROL_C = "\x03"

/** The hosts that were looked up or connected to, each once, sorted; an address where there is no name. */
export function hostsTried({ attempts }: Pick<IsolatedResult, "attempts">): string[] {
  return [...new Set(attempts.map(({ name, address }) => name ?? address ?? "not IP"))].sort()
}

/** What the tools that the model called gave back to it. */
export function toolResults({ providerRequests }: IsolatedResult): string[] {
  const messages = providerRequests.flatMap(
    ({ body }) => (body?.messages ?? []) as { role: string; content: string }[],
  )
  return messages.filter(({ role }) => role === "tool").map(({ content }) => content)
}

/** The tools that were offered to the model, each once, sorted. */
export function toolsOffered({ providerRequests }: IsolatedResult): string[] {
  const names = providerRequests.flatMap(({ body }) => body?.tools?.map((tool) => tool.function.name) ?? [])
  return [...new Set(names)].sort()
}

/**
 * Types a line into a TUI, sends it when it is drawn, and waits for what is to come of it; from ahead of the key, as what the
 * TUI says for 5 s may be gone when this process gets that far.
 */
export async function enter(
  { type, waitFor }: Pick<IsolatedContext, "type" | "waitFor">,
  text: string,
  next: string,
): Promise<void> {
  await type(text)
  await waitFor(text)
  await watchFor(500)
  await Promise.all([waitFor(next), type("\r")])
}
