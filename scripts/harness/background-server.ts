import type { IsolatedContext } from "../isolation/isolated.ts"
import { providerModel } from "./provider.ts"

/** Where `serve` listens in a namespace. */
export const SERVER = "http://127.0.0.1:4321"

/** Asks the API of a server of 2.x; gives the answer's JSON. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<{ data: never }>

/** Waits for the server, and learns its password by the executable's own command for it. */
export async function connect(context: IsolatedContext, executable: string): Promise<Ask> {
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

/** Makes a session with the mock model, asks one question in it, and gives the answer's text. */
export async function askOneQuestion(ask: Ask, { folder, waitUntil }: IsolatedContext): Promise<string> {
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
