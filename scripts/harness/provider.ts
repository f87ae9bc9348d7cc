import type { RunningService, ServiceHost } from "../isolation/service.ts"

/** Where the mock provider of a namespace listens. Fixed: each namespace has ports of its own. */
export const providerUrl = "http://127.0.0.1:4010/v1"

/** The model to name on the command line: `run -m mock/mock-model`. */
export const providerModel = "mock/mock-model"

/**
 * How long a model has to think when a TUI or the web UI is watching, on a machine of scale 1. One that answers within
 * milliseconds, as none does, now and then loses a race: upstream's read a new session while the answer comes, and then show
 * what they have read of it.
 */
export const OPENS_SESSION_MS = 2000

/** Answered with the requests so far, and no request itself. */
const REQUESTS = "/requests"
export const requestsUrl = new URL(REQUESTS, providerUrl).href

/** What the mock model does with one request: call a tool, or say something and be done. */
export type Turn = { tool: string; input: Record<string, unknown> } | { text: string }

export interface ProviderRequest {
  /** Milliseconds since the recording began. */
  at: number
  path: string
  /** The request's JSON body, or undefined when it had none. */
  body?: { model?: string; stream?: boolean; messages?: unknown[]; tools?: { function: { name: string } }[] }
}

/** One tool call whose output is not in its input, then an answer: what a turn of an agent looks like. */
export const toolThenText: Turn[] = [
  { tool: "bash", input: { command: "echo tool-$((40 + 2))", description: "Print a line" } },
  { text: "The mock model says hello." },
]

/** OpenCode's configuration for the mock provider, with further settings laid over it. */
export function providerConfig(settings: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    model: providerModel,
    provider: {
      mock: {
        npm: "@ai-sdk/openai-compatible",
        name: "Mock",
        options: { baseURL: providerUrl, apiKey: "none" },
        models: { "mock-model": { name: "Mock Model", limit: { context: 100_000, output: 10_000 } } },
      },
    },
    ...settings,
  }
}

export interface ProviderOptions {
  script: Turn[]
  /** How long the first turn takes, in milliseconds. */
  thinkingMs: number
  /** What is answered to a GET beside the API, as JSON, by path. */
  pages: Record<string, unknown>
}

/**
 * Serves the OpenAI-compatible chat API inside a namespace (isolation/service.ts), and reports the requests. Those that
 * offer tools take the turns of the script one after the other, and the last one from then on; those without (OpenCode asks
 * for a title that way) are answered with a fixed line.
 */
export function startService(options: unknown, { clock, touch }: ServiceHost): RunningService {
  const { script, thinkingMs, pages } = options as ProviderOptions
  const requests: ProviderRequest[] = []
  let turn = 0
  const { hostname, port } = new URL(providerUrl)
  Bun.serve({
    hostname,
    port: Number(port),
    // Else a connection that OpenCode keeps is ended after ten seconds, perhaps while its next request is on the way.
    idleTimeout: 0,
    async fetch(request) {
      touch()
      const text = await request.text()
      const body = text ? (JSON.parse(text) as ProviderRequest["body"]) : undefined
      const path = new URL(request.url).pathname
      if (path === REQUESTS) return Response.json(requests)
      requests.push({ at: clock(), path, body })
      if (request.method === "GET" && Object.hasOwn(pages, path)) return Response.json(pages[path])
      if (path !== "/v1/chat/completions") return Response.json({ error: "no such path" }, { status: 404 })
      const offersTools = (body?.tools?.length ?? 0) > 0
      if (offersTools && turn === 0) await Bun.sleep(thinkingMs)
      const next = offersTools ? script[Math.min(turn++, script.length - 1)]! : { text: "A title" }
      return body?.stream ? streamed(next) : Response.json(whole(next))
    },
  })
  return { report: () => requests }
}

function streamed(turn: Turn): Response {
  const chunks = [chunk({ role: "assistant", ...delta(turn) }), { ...chunk({}, finishReason(turn)), usage }]
  const lines = [...chunks.map((value) => JSON.stringify(value)), "[DONE]"].map((data) => `data: ${data}\n\n`)
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } })
}

function whole(turn: Turn) {
  const message = { role: "assistant", content: null, ...delta(turn) }
  return {
    ...base,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finishReason(turn) }],
    usage,
  }
}

const base = { id: "mock-1", created: 0, model: "mock-model" }
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

function chunk(content: object, finish_reason: string | null = null) {
  return { ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta: content, finish_reason }] }
}

function delta(turn: Turn) {
  if ("text" in turn) return { content: turn.text }
  const call = { name: turn.tool, arguments: JSON.stringify(turn.input) }
  return { tool_calls: [{ index: 0, id: `call_${turn.tool}`, type: "function", function: call }] }
}

function finishReason(turn: Turn): string {
  return "text" in turn ? "stop" : "tool_calls"
}
