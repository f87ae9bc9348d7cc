import type { Attempt } from "./attempts.ts"
import { targetHeader } from "./control-server.ts"
import type { CommandResult } from "./request.ts"
import type { Cell, Screen } from "./screen.ts"

/** No wait here has a limit of its own: it ends, with an error, when the command ends or is ended as hung. */
export interface ControlClient {
  /** `fetch` from inside the namespace. Redirects are not followed, bodies not decompressed. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  /** What was tried so far. */
  attempts(): Promise<Attempt[]>
  /** Waits for the command to end by itself. */
  finished(): Promise<CommandResult>
  /** What is on the screen. */
  screen(): Promise<string>
  /** The same with its colours, a list of cells a row. */
  cells(): Promise<Cell[][]>
  /** The colours of each text where it stands first on the screen: {@link Screen.coloursOf}. */
  colours(texts: string[]): Promise<number[][]>
  /** Sends keystrokes to the pseudo-terminal (`\r` is Enter), or text to the standard input that was kept open. */
  type(text: string): Promise<void>
  /** Waits for a text on the screen. */
  waitFor(text: string): Promise<void>
  /** Waits until a text is no longer on the screen. */
  waitUntilGone(text: string): Promise<void>
  /** Waits for a server that was just started: any answer counts. */
  waitForServer(url: string): Promise<void>
  /**
   * Looks again and again until `holds` gives something that is true, and returns that. `what` names it when it does not
   * come: "nothing happened for 60 s while waiting for WHAT".
   */
  waitUntil<T>(what: string, holds: () => Promise<T> | T): Promise<NonNullable<T>>
}

/**
 * A connection of its own for each request: the server ends one that is kept, and then a request that was just sent on it is
 * lost. And no time limit.
 */
const unhurried = { keepalive: false, timeout: false }

/** How often `waitUntil` looks. */
const POLL_MS = 20

/** The test's end of the control server of a run: `socket` is the path of its unix socket. */
export function createControlClient(socket: string) {
  const call = async <T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
    const response = await reach(`http://isolated${path}`, {
      unix: socket,
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? undefined : JSON.stringify(body),
      ...unhurried,
      signal,
    } as RequestInit)
    if (!response.ok) throw new Error(`${path} failed inside the namespace: ${await response.text()}`)
    return (await response.json()) as T
  }
  const client: ControlClient = {
    fetch: (url, init = {}) => passOn(socket, url, init),
    attempts: () => call("/attempts"),
    finished: () => call("/finished"),
    screen: () => call("/screen"),
    cells: () => call("/cells"),
    colours: (texts) => call("/colours", texts),
    async type(text) {
      await call("/type", text)
    },
    async waitFor(text) {
      await call("/wait-for-text", { text, gone: false })
    },
    async waitUntilGone(text) {
      await call("/wait-for-text", { text, gone: true })
    },
    async waitForServer(url) {
      await call("/wait-for-server", url)
    },
    async waitUntil(what, holds) {
      const stop = new AbortController()
      // It has no answer while the run goes on, and so tells when that has ended.
      const over = call("/note-wait", what, stop.signal)
      over.catch(() => {})
      try {
        for (;;) {
          const found = await Promise.race([holds(), over])
          if (found) return found as NonNullable<Awaited<ReturnType<typeof holds>>>
          await Promise.race([Bun.sleep(POLL_MS), over])
        }
      } finally {
        stop.abort()
      }
    },
  }
  return { ...client, call }
}

/** Thrown when the other end is gone, which it is when the command has ended. */
export class ControlLostError extends Error {
  override name = "ControlLostError"
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ControlLostError(`the run's control socket is gone: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

async function passOn(socket: string, url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set(targetHeader, url)
  const options = { ...init, headers, unix: socket, redirect: "manual", decompress: false, ...unhurried }
  const response = await reach("http://isolated/fetch", options as RequestInit)
  if (response.status !== 599) return response
  throw new Error(`${url} could not be fetched inside the namespace: ${await response.text()}`)
}
