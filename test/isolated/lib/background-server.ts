import { providerModel, type Turn } from "../../../scripts/harness/provider.ts"
import {
  type IsolatedContext,
  type IsolatedOptions,
  runIsolated,
} from "../../../scripts/harness/run-opencode.ts"

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
    async during(context) {
      const ask = await connect(context, executable)
      answer = await askOneQuestion(ask, context)
      await after?.(ask, context)
    },
  })
  return { ...result, answer }
}

async function connect(context: IsolatedContext, executable: string): Promise<Ask> {
  await context.waitForServer(`${SERVER}/api/health`)
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

async function askOneQuestion(ask: Ask, { folder, waitUntil }: IsolatedContext): Promise<string> {
  const directory = folder.project
  const [providerID, id] = providerModel.split("/")
  const query = new URLSearchParams({ "location[directory]": directory })
  await waitUntil("the model", async () =>
    JSON.stringify(await ask("GET", `/api/model?${query}`)).includes(`"${id}"`),
  )
  const model = { providerID, id }
  const { data: session } = await ask("POST", "/api/session", { location: { directory }, model })
  const at = `/api/session/${(session as { id: string }).id}`
  await ask("POST", `${at}/prompt`, { prompt: { text: "say hi" } })
  const answer = await waitUntil("the answer", async () => {
    const messages: Message[] = (await ask("GET", `${at}/message`)).data
    return messages.find(({ type, finish }) => type === "assistant" && finish === "stop")
  })
  return (answer.content ?? []).map(({ text }) => text ?? "").join("")
}
