import { mkdtempSync, renameSync } from "node:fs"
import { join } from "node:path"
import type { Activity } from "./activity.ts"
import { type RunningCommand, startCommand } from "./command.ts"
import type { Network } from "./network.ts"
import { type Command, runFiles } from "./request.ts"
import type { Screen } from "./screen.ts"

export interface Controlled {
  folder: string
  network: Network
  command: RunningCommand
  screen?: Screen
  activity: Activity
  graceMs: number
}

/** The header that says where a request that is passed on goes to. */
export const targetHeader = "x-isolated-target"

/** How often a server that was just started is asked whether it is there. */
const POLL_MS = 50

/**
 * Lets the test, which is outside, act inside the namespace: over a unix socket, which belongs to the file system and
 * so works across network namespaces. control-client.ts is the other end. A wait has no limit of its own: it ends with
 * the command, which activity.ts ends when nothing happens any more.
 */
export function startControlServer(controlled: Controlled): void {
  const { folder, network, command, screen, activity, graceMs } = controlled
  const onScreen = () => {
    if (!screen) throw new Error("this run has no pseudo-terminal")
    return screen
  }
  const socket = join(folder, runFiles.control)
  const acting: Record<string, (request: Request) => Promise<Response> | Response> = {
    "/fetch": (request) =>
      activity.waiting(`an answer from ${request.headers.get(targetHeader)}`, passOn(request)),
    "/type": async (request) => {
      const text = (await request.json()) as string
      if (screen) screen.type(text)
      else command.write(text)
      return Response.json(true)
    },
    "/execute": async (request) => {
      const other = (await request.json()) as Command
      const running = startCommand(other, mkdtempSync(join(folder, "execute-")))
      return Response.json(await activity.waiting(`${other.executable} to end`, running.finished))
    },
  }
  const looking: typeof acting = {
    "/attempts": () => Response.json(network.attempts()),
    "/screen": () => Response.json(onScreen().text()),
    "/cells": () => Response.json(onScreen().cells()),
    "/colours": async (request) => {
      const texts = (await request.json()) as string[]
      return Response.json(onScreen().coloursOf(texts))
    },
    "/wait-for-text": async (request) => {
      const { text, gone } = (await request.json()) as { text: string; gone: boolean }
      const what = `${JSON.stringify(text)} ${gone ? "to go from" : "on"} the screen`
      await activity.waiting(
        what,
        onScreen().waitUntil((seen) => seen.includes(text) !== gone),
      )
      return Response.json(true)
    },
    "/wait-for-server": async (request) => {
      const url = (await request.json()) as string
      await activity.waiting(`an answer from ${url}`, untilAnswered(url))
      return Response.json(true)
    },
    "/note-wait": async (request) => {
      const what = (await request.json()) as string
      const done = new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()))
      await activity.waiting(what, done)
      return Response.json(true)
    },
    "/finished": async () =>
      Response.json(await activity.waiting("the command to end by itself", command.finished)),
    "/stop": async () => {
      await command.stop(graceMs)
      return Response.json(true)
    },
  }
  // Bun ends a connection on which ten seconds long nothing is said, as in a wait; its types know the setting only for TCP.
  const patient = { idleTimeout: 0 } as object
  Bun.serve({
    ...patient,
    unix: `${socket}.new`,
    routes: {
      ...looking,
      ...Object.fromEntries(
        Object.entries(acting).map(([path, act]) => [
          path,
          (request: Request) => touching(activity, act(request)),
        ]),
      ),
    },
    error: (error) => new Response(String((error as Error).stack), { status: 599 }),
  })
  // Between bind(2) and listen(2) the socket is there but refuses; under its own name it never does.
  renameSync(`${socket}.new`, socket)
}

/** What acts on the command counts as something that happens, when it is asked for and when it is done. */
async function touching(activity: Activity, answer: Promise<Response> | Response): Promise<Response> {
  activity.touch()
  const response = await answer
  activity.touch()
  return response
}

/**
 * Asks again and again, as a server that was just started takes a moment: any answer counts. One may leave for ever what it
 * is asked while it starts, so it is asked again then, more patiently.
 */
async function untilAnswered(url: string): Promise<void> {
  for (let patience = 1000; ; ) {
    try {
      const signal = AbortSignal.timeout(patience)
      await (await fetch(url, { redirect: "manual", signal })).arrayBuffer()
      return
    } catch (error) {
      if ((error as Error).name === "TimeoutError") patience *= 2
      await Bun.sleep(POLL_MS)
    }
  }
}

function passOn(request: Request): Promise<Response> {
  const headers = new Headers(request.headers)
  const target = headers.get(targetHeader)!
  for (const name of [targetHeader, "host", "connection"]) headers.delete(name)
  // As it came: neither followed nor unpacked, so that the test sees what the server said.
  return fetch(target, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    decompress: false,
    signal: request.signal,
    timeout: false,
  } as RequestInit)
}
