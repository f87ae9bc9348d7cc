import type { Server, ServerResponse } from "node:http"
import { OfflineError } from "../error.ts"
import { builtin } from "../guard/builtin.ts"
import { canonicalHost, isLoopback } from "../policy/host.ts"
import { defineProperty, parseUrl, type UrlParts } from "../primordials.ts"
import { print } from "../print.ts"
import { switchedOnBy } from "../switch.ts"
import type { Arguments } from "./arguments.ts"

/** On every answer of a server that is offline: the digest of its policy. */
const HEADER = "x-opencode-offline"

/** How the credentials begin that a client of OpenCode's shows: those of the user `opencode`, in base64. */
const CREDENTIALS = "Basic b3BlbmNvZGU6"

/**
 * One server in the background serves all clients of a user. Its folder of state keeps a client that is offline from one
 * that is online; this makes sure: a server that is offline says so, and a client refuses one on this machine that does not.
 * @param digest what the server has to say
 */
export function assureServer({ bare }: Arguments, digest: string): void {
  // Upstream's options may take values, which look like a command.
  if (bare.includes("serve")) markAnswers(digest)
  // Without a command there is the TUI's screen.
  requireMark(digest, bare.length > 0)
}

function markAnswers(digest: string): void {
  const { prototype } = builtin<typeof import("node:http")>("node:http").Server
  const native = prototype.emit
  prototype.emit = function emit(this: Server, ...args: Parameters<Server["emit"]>) {
    if (args[0] === "request") (args[2] as ServerResponse).setHeader(HEADER, digest)
    return Reflect.apply(native, this, args)
  } as Server["emit"]
}

type Fetch = typeof globalThis.fetch

function requireMark(digest: string, mayPrint: boolean): void {
  const guarded = globalThis.fetch
  let said = false
  const fetch = async (...args: Parameters<Fetch>): Promise<Response> => {
    const server = serverOf(...args)
    const answer = await Reflect.apply(guarded, undefined, args)
    if (!server || answer.headers.get(HEADER) === digest) return answer
    void answer.body?.cancel()
    const text = `The server at ${server.origin} was refused: OpenCode is offline (${switchedOnBy()}), and that server is online, or has another policy.`
    // Upstream takes any failure for a server that is not there, and says nothing.
    if (mayPrint && !said) print("error", `! ${text}\n`)
    said = true
    throw new OfflineError(text)
  }
  defineProperty(fetch, "length", { value: guarded.length })
  globalThis.fetch = Object.assign(fetch, { preconnect: guarded.preconnect })
}

/** The server of OpenCode's that a request is for, if it is for one on this machine. */
function serverOf(...[input, init]: Parameters<Fetch>): UrlParts | undefined {
  const request = input instanceof Request ? input : undefined
  const headers = new Headers(init?.headers ?? request?.headers)
  if (!headers.get("authorization")?.startsWith(CREDENTIALS)) return undefined
  const url = parseUrl(request ? request.url : String(input))
  const host = url && canonicalHost(url.hostname)
  return host && isLoopback(host) ? url : undefined
}
