import type { IsolatedContext } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { watchFor } from "../isolation/limits.ts"
import type { Random } from "./random.ts"
import { type Generator, generate, type Schema } from "./values.ts"

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema?: Schema
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}

/** What OpenCode says of its API at `/doc`. */
interface Document {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

/** One operation that was asked for, and what came of it: a status, or `open` for an answer that does not end. */
export interface Asked {
  operation: string
  outcome: number | "open" | "failed"
}

const METHODS = ["get", "post", "put", "patch", "delete"]

/** In which folder OpenCode works is decided by the run, and not by chance. */
const NOT_SET = ["directory", "workspace"]

/** How long an answer is read, on a machine of scale 1: streams of events never end. */
const READ_MS = 3000

/**
 * Asks for every operation of the API's own description once, with values that it takes, in an order that the seed gives:
 * those that write settings late, those that delete or dispose last.
 * @param gone whether OpenCode has ended; then nothing more is asked
 */
export async function askEverything(
  { fetch }: IsolatedContext,
  random: Random,
  gone: () => boolean,
): Promise<Asked[]> {
  const document = (await (await fetch(`${serverUrl}/doc`)).json()) as Document
  const session = await makeSession(fetch)
  const from: Generator = {
    random,
    resolve: (reference) => document.components?.schemas?.[reference.split("/").at(-1)!] ?? {},
    known: (name) =>
      ({ sessionID: session, providerID: "mock", modelID: "mock-model", agent: "build" })[name],
  }
  const asked: Asked[] = []
  for (const { method, path, operation } of inOrder(document, random)) {
    if (gone()) break
    const { url, init } = makeRequest(method, path, operation, from)
    asked.push({
      operation: `${method.toUpperCase()} ${path}`,
      outcome: await outcomeOf(fetch, serverUrl + url, init),
    })
  }
  return asked
}

async function makeSession(fetch: IsolatedContext["fetch"]): Promise<string> {
  const headers = { "content-type": "application/json" }
  const response = await fetch(`${serverUrl}/session`, { method: "POST", body: "{}", headers })
  return ((await response.json()) as { id: string }).id
}

function inOrder({ paths }: Document, random: Random) {
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method]).map((method) => ({
      method,
      path,
      operation: operations[method]!,
    })),
  )
  // A setting or a login that makes no sense may stop all that comes after it.
  const rank = ({ method, path }: { method: string; path: string }) => {
    if (method === "delete" || /dispose|reset|abort|upgrade/.test(path)) return 2
    return method !== "get" && /^\/(auth|config|global\/config)\b/.test(path) ? 1 : 0
  }
  return random.shuffle(all).sort((a, b) => rank(a) - rank(b))
}

function makeRequest(method: string, path: string, operation: Operation, from: Generator) {
  const { parameters = [], requestBody } = operation
  const query = new URLSearchParams()
  for (const { name, in: place, required, schema = {} } of parameters) {
    if (place !== "query" || NOT_SET.includes(name)) continue
    if (required || from.random.once(2)) query.set(name, textOf(generate(schema, from, name)))
  }
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.name === name)?.schema ?? {}
    return encodeURIComponent(textOf(generate(schema, from, name)))
  })
  const body = requestBody?.content?.["application/json"]?.schema
  const init: RequestInit = { method: method.toUpperCase() }
  if (body) {
    init.headers = { "content-type": "application/json" }
    init.body = JSON.stringify(generate(body, from))
  }
  return { url: query.size > 0 ? `${url}?${query}` : url, init }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value))

/** That an answer does not come, or does not end, is no verdict on it. */
async function outcomeOf(
  fetch: IsolatedContext["fetch"],
  url: string,
  init: RequestInit,
): Promise<Asked["outcome"]> {
  const stop = new AbortController()
  const answer = async () => {
    try {
      const response = await fetch(url, { ...init, signal: stop.signal })
      await response.arrayBuffer()
      return response.status
    } catch {
      return "failed" as const
    }
  }
  const answered = answer()
  const outcome = await Promise.race([answered, watchFor(READ_MS).then(() => "open" as const)])
  stop.abort()
  await answered
  return outcome
}
