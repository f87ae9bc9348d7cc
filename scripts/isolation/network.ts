import { startAnswerer } from "./answerer.ts"
import { type Attempt, findAttempts, RequestTable } from "./attempts.ts"
import type { Authority } from "./authority.ts"
import { Capture } from "./capture.ts"
import { NameTable, resolverAddress, startResolver } from "./names.ts"
import { addRoute, bringLoopbackUp } from "./netlink.ts"
import { writePcap } from "./pcap.ts"
import { findSender } from "./sender.ts"
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
  /** How many packets were recorded so far. */
  packets(): number
  /** Packets that were not recorded for want of room. Anything but 0 makes a run worthless. */
  lost(): number
  /** All packets, as a file of the format pcap. */
  pcap(): Uint8Array
}

export interface NetworkOptions {
  mode: NetworkMode
  /** Whether to find out which process sent what. */
  evidence?: boolean
  /** Ends TLS with its certificates, so that requests show. */
  authority?: Authority
}

/**
 * Turns the namespace that this process is in into a world in which every name resolves and every address exists, and
 * records what is tried. `folder` takes the files that stand in for those of /etc. To be called once.
 */
export async function createNetwork(
  { mode, evidence, authority }: NetworkOptions,
  folder: string,
): Promise<Network> {
  tryMountProc()
  replaceResolver(folder, resolverAddress)
  bringLoopbackUp()
  addRoutes(mode)
  const names = new NameTable()
  const capture = new Capture(evidence ? findSender : undefined)
  const started = performance.now()
  // Who waits for an answer still has its socket, by which it is found.
  const before = () => {
    if (evidence) capture.drain()
  }
  const requests = new RequestTable()
  const onRequest = requests.add.bind(requests)
  await startResolver(names, before)
  if (mode === "answer") await startAnswerer({ before, authority, onRequest })
  return {
    clock: () => Math.round(performance.now() - started),
    attempts() {
      capture.drain()
      return findAttempts(capture.packets, names, requests)
    },
    packets: () => capture.packets.length,
    lost: () => capture.lost,
    pcap() {
      capture.drain()
      return writePcap(capture.packets, capture.startedAt)
    },
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
