import { mkdtempSync, renameSync } from "node:fs"
import { join } from "node:path"
import { type RunningCommand, startCommand } from "./command.ts"
import type { Network } from "./network.ts"
import { type Command, runFiles } from "./request.ts"
import type { Screen } from "./screen.ts"

export interface Controlled {
  folder: string
  network: Network
  command: RunningCommand
  screen?: Screen
}

/** The header that says where a request that is passed on goes to. */
export const targetHeader = "x-isolated-target"

/**
 * Lets the test, which is outside, act inside the namespace: over a unix socket, which belongs to the file system and
 * so works across network namespaces. control-client.ts is the other end.
 */
export function startControlServer({ folder, network, command, screen }: Controlled): void {
  const onScreen = () => {
    if (!screen) throw new Error("this run has no pseudo-terminal")
    return screen
  }
  const socket = join(folder, runFiles.control)
  Bun.serve({
    unix: `${socket}.new`,
    routes: {
      "/fetch": passOn,
      "/attempts": () => Response.json(network.attempts()),
      "/screen": () => Response.json(onScreen().text()),
      "/colours": async (request) => {
        const texts = (await request.json()) as string[]
        return Response.json(texts.map((text) => onScreen().coloursOf(text)))
      },
      "/type": async (request) => {
        const text = (await request.json()) as string
        if (screen) screen.type(text)
        else command.write(text)
        return Response.json(true)
      },
      "/wait": async (request) => {
        const { text, timeoutMs } = (await request.json()) as { text: string; timeoutMs: number }
        return Response.json(await onScreen().waitFor(text, timeoutMs))
      },
      "/execute": async (request) => {
        const other = (await request.json()) as Command
        const running = startCommand(other, mkdtempSync(join(folder, "execute-")))
        return Response.json(await running.finished)
      },
      "/finished": async () => Response.json(await command.finished),
      "/stop": async () => {
        await command.stop()
        return Response.json(true)
      },
    },
    error: (error) => new Response(String((error as Error).stack), { status: 599 }),
  })
  // Between bind(2) and listen(2) the socket is there but refuses; under its own name it never does.
  renameSync(`${socket}.new`, socket)
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
  })
}
