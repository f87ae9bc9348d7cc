import { bunObject } from "../../guard/builtin.ts"

/** What a server says of its models: their ids, or why it cannot be used. */
export type ServersModels = { ids: string[] } | { unknown: string } | { failed: string }

/** Milliseconds for an answer. */
const PATIENCE = 15_000

/** A program of one request, for a child that is Bun: here, nothing can be waited for. It prints JSON. */
const PROGRAM = `
const [url, key] = [process.env.SETUP_URL, process.env.SETUP_KEY]
const answer = await fetch(url, {
  headers: key ? { authorization: "Bearer " + key } : {},
  signal: AbortSignal.timeout(${PATIENCE}),
}).then(async (response) => ({ status: response.status, text: await response.text() }), (error) => ({ error: error.message }))
console.log(JSON.stringify(answer))
`

/**
 * Asks a server for its models (\`GET /models\` below the base URL), with the guard ahead when the switch is on.
 * @param key sent when it is not empty
 */
export function askServer(baseUrl: string, key: string | undefined): ServersModels {
  const bun = bunObject() as typeof Bun
  const env = {
    ...process.env,
    BUN_BE_BUN: "1",
    SETUP_URL: `${baseUrl.replace(/\/+$/, "")}/models`,
    SETUP_KEY: key ?? "",
  }
  const child = bun.spawnSync([process.execPath, "-e", PROGRAM], { env, stdin: "ignore", stderr: "pipe" })
  try {
    return judge(JSON.parse(child.stdout.toString()) as Answer)
  } catch {
    return { failed: child.stderr.toString().trim() || "no answer could be read" }
  }
}

interface Answer {
  status?: number
  text?: string
  error?: string
}

function judge({ status = 0, text = "", error }: Answer): ServersModels {
  if (error !== undefined) return { failed: error }
  // Some gateways have the chat alone.
  if (status === 404 || status === 405 || status === 501)
    return { unknown: `it answers ${status} to /models` }
  if (status < 200 || status > 299) return { failed: `it answers ${status} to /models` }
  const ids = idsIn(text)
  return ids ? { ids } : { failed: "its answer to /models is no list of models" }
}

function idsIn(text: string): string[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data: { id: string }[] }
    const ids = data.map(({ id }) => id)
    return ids.every((id) => typeof id === "string") ? ids : undefined
  } catch {
    return undefined
  }
}
