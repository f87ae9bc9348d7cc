import { setTimeout as sleep } from "node:timers/promises"
import { providerModel, type Turn } from "../../../scripts/harness/provider.ts"
import { waitForServer } from "../../../scripts/isolation/control-client.ts"
import {
  type IsolatedContext,
  type IsolatedOptions,
  runIsolated,
} from "../../../scripts/isolation/isolated.ts"

/** Where `serve` listens in a namespace. */
const SERVER = "http://127.0.0.1:4321"

/** Asks the API of a server of 2.x; gives the answer's JSON. */
type Ask = (method: string, path: string, body?: unknown) => Promise<{ data: never }>

interface Session extends Pick<IsolatedOptions, "env" | "files" | "home"> {
  executable: string
  turns: Turn[]
  /** Acts when the model has answered. */
  after?: (ask: Ask, context: IsolatedContext) => Promise<void>
}

/** Starts `serve`, has a conversation of one question over its HTTP API, and ends it. */
export async function converseOverApi({ turns, after, executable, ...options }: Session) {
  let answer = ""
  const result = await runIsolated({
    ...options,
    executable,
    args: ["serve", "--port", new URL(SERVER).port],
    provider: turns,
    timeoutMs: 180_000,
    async during(context) {
      const ask = await connect(context, executable)
      answer = await askOneQuestion(ask, context.folder.project)
      await after?.(ask, context)
    },
  })
  return { ...result, answer }
}

async function connect(context: IsolatedContext, executable: string): Promise<Ask> {
  await waitForServer(context, `${SERVER}/api/health`, 120_000)
  const { stdout } = await context.execute(executable, ["service", "password"])
  const headers = {
    authorization: `Basic ${btoa(`opencode:${stdout.trim()}`)}`,
    "content-type": "application/json",
  }
  return async (method, path, body) => {
    const response = await context.fetch(SERVER + path, { method, headers, body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
    return text === "" ? { data: undefined as never } : JSON.parse(text)
  }
}

interface Message {
  type: string
  finish?: string
  content?: { text?: string }[]
}

async function askOneQuestion(ask: Ask, directory: string): Promise<string> {
  const [providerID, id] = providerModel.split("/")
  const query = new URLSearchParams({ "location[directory]": directory })
  await until(async () => JSON.stringify(await ask("GET", `/api/model?${query}`)).includes(`"${id}"`))
  const model = { providerID, id }
  const { data: session } = await ask("POST", "/api/session", { location: { directory }, model })
  const at = `/api/session/${(session as { id: string }).id}`
  await ask("POST", `${at}/prompt`, { prompt: { text: "say hi" } })
  const answer = await until(async () => {
    const messages: Message[] = (await ask("GET", `${at}/message`)).data
    return messages.find(({ type, finish }) => type === "assistant" && finish === "stop")
  })
  return (answer.content ?? []).map(({ text }) => text ?? "").join("")
}

/** Tries until there is something, for as long as the run has time. */
async function until<T>(find: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await find()
    if (found) return found
    await sleep(100)
  }
}
