import { startAnswerer } from "./answerer.ts"
import { type Attempt, findAttempts } from "./attempts.ts"
import { Capture } from "./capture.ts"
import { NameTable, resolverAddress, startResolver } from "./names.ts"
import { addRoute, bringLoopbackUp } from "./netlink.ts"
import { replaceResolver, tryMountProc } from "./system-files.ts"

/**
 * How the world outside behaves: `answer` accepts connections, `refuse` resets them, `drop` is a firewall that says
 * nothing at all. Names resolve in each.
 */
export type NetworkMode = "answer" | "refuse" | "drop"

export interface Network {
  /** Milliseconds since the recording began. */
  clock(): number
  /** What was tried so far. */
  attempts(): Attempt[]
  /** Packets that were not recorded for want of room. Anything but 0 makes a run worthless. */
  lost(): number
}

/**
 * Turns the namespace that this process is in into a world in which every name resolves and every address exists, and
 * records what is tried. `folder` takes the files that stand in for those of /etc. To be called once.
 */
export async function createNetwork(mode: NetworkMode, folder: string): Promise<Network> {
  tryMountProc()
  replaceResolver(folder, resolverAddress)
  bringLoopbackUp()
  addRoutes(mode)
  const names = new NameTable()
  await startResolver(names)
  if (mode === "answer") await startAnswerer()
  const capture = new Capture()
  const started = performance.now()
  return {
    clock: () => Math.round(performance.now() - started),
    attempts() {
      capture.drain()
      return findAttempts(capture.packets, names)
    },
    lost: () => capture.lost,
  }
}

function addRoutes(mode: NetworkMode): void {
  if (mode !== "drop") {
    addRoute({ family: 4, type: "local" })
    addRoute({ family: 6, type: "local" })
    return
  }
  const resolver = Uint8Array.from(resolverAddress.split("."), Number)
  addRoute({ family: 4, type: "local", destination: { address: resolver, prefix: 32 } })
  addRoute({ family: 4, type: "lost", source: resolver })
  addRoute({ family: 6, type: "lost" })
}
