import { setTimeout as sleep } from "node:timers/promises"
import type { Attempt } from "./attempts.ts"
import { targetHeader } from "./control-server.ts"
import type { CommandResult } from "./request.ts"
import type { Screen } from "./screen.ts"

export interface ControlClient {
  /** `fetch` from inside the namespace. Redirects are not followed, bodies not decompressed. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  /** What was tried so far. */
  attempts(): Promise<Attempt[]>
  /** Waits for the command to end by itself. */
  finished(): Promise<CommandResult>
  /** What is on the screen. */
  screen(): Promise<string>
  /** The colours of each text where it stands first on the screen: {@link Screen.coloursOf}. */
  colours(texts: string[]): Promise<number[][]>
  /** Sends keystrokes to the pseudo-terminal (`\r` is Enter), or text to the standard input that was kept open. */
  type(text: string): Promise<void>
  /** Waits for a text on the screen; throws with the screen as it is when it does not come. */
  waitFor(text: string, timeoutMs?: number): Promise<void>
}

/** The test's end of the control server of a run: `socket` is the path of its unix socket. */
export function createControlClient(socket: string) {
  const call = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`http://isolated${path}`, {
      unix: socket,
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? undefined : JSON.stringify(body),
      timeout: false,
    } as RequestInit)
    if (!response.ok) throw new Error(`${path} failed inside the namespace: ${await response.text()}`)
    return (await response.json()) as T
  }
  const client: ControlClient = {
    fetch: (url, init = {}) => passOn(socket, url, init),
    attempts: () => call("/attempts"),
    finished: () => call("/finished"),
    screen: () => call("/screen"),
    colours: (texts) => call("/colours", texts),
    type: (text) => call("/type", text),
    async waitFor(text, timeoutMs = 20_000) {
      if (await call<boolean>("/wait", { text, timeoutMs })) return
      const screen = await client.screen()
      throw new Error(`${JSON.stringify(text)} did not appear in ${timeoutMs} ms. The screen:\n${screen}`)
    },
  }
  return { ...client, call }
}

async function passOn(socket: string, url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set(targetHeader, url)
  const options = { ...init, headers, unix: socket, redirect: "manual", decompress: false }
  const response = await fetch("http://isolated/fetch", options as RequestInit)
  if (response.status !== 599) return response
  throw new Error(`${url} could not be fetched inside the namespace: ${await response.text()}`)
}

/** Polls, as a server that was just started takes a moment: any answer counts. Throws after `timeoutMs`. */
export async function waitForServer(client: ControlClient, url: string, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    try {
      await (await client.fetch(url)).arrayBuffer()
      return
    } catch (error) {
      if (performance.now() > end) throw error
      await sleep(50)
    }
  }
}
