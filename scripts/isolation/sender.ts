import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { basename } from "node:path"
import { parsePacket } from "./packet.ts"

/** A process that sent a packet. */
export interface Sender {
  /** In the namespace of the run. */
  pid: number
  /** Its command line as it was then, the program's folder left out, at most 200 characters. */
  command: string
}

const MOST_LOOKUPS = 3
const LONGEST_COMMAND = 200
const lookups = new Map<string, number>()

/**
 * Finds the process of this network namespace that has the socket from which a packet was sent: by the packet's ports in
 * the kernel's tables, then by the socket's number among the open files of every process. Undefined when the socket is
 * closed by now, when the packet has no ports, and for a flow that was looked up a few times already.
 */
export function findSender(bytes: Uint8Array): Sender | undefined {
  const packet = parsePacket(bytes)
  if (packet?.sourcePort === undefined || packet.destinationPort === undefined) return undefined
  const { protocol, sourcePort, destinationPort } = packet
  const flow = `${protocol} ${sourcePort} ${destinationPort} ${packet.destination} ${packet.tcp?.opens}`
  const before = lookups.get(flow) ?? 0
  if (before >= MOST_LOOKUPS && !packet.tcp?.opens) return undefined
  lookups.set(flow, before + 1)
  const socket = findSocket(protocol, sourcePort, destinationPort)
  const pid = socket && findOwner(socket)
  return pid ? { pid, command: commandOf(pid) } : undefined
}

/** The number (inode) of the socket with these ports; a datagram's may have no other end. */
function findSocket(protocol: string, local: number, remote: number): string | undefined {
  for (const table of [protocol, `${protocol}6`]) {
    for (const line of readText(`/proc/self/net/${table}`).split("\n").slice(1)) {
      const [, own, other, , , , , , , inode] = line.trim().split(/\s+/)
      if (!own || !other || inode === "0") continue
      if (portOf(own) === local && [remote, 0].includes(portOf(other))) return inode
    }
  }
  return undefined
}

const portOf = (address: string) => Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16)

function findOwner(socket: string): number | undefined {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const file of list(`/proc/${pid}/fd`))
      if (link(`/proc/${pid}/fd/${file}`) === `socket:[${socket}]`) return Number(pid)
  }
  return undefined
}

function commandOf(pid: number): string {
  const [program = "", ...words] = readText(`/proc/${pid}/cmdline`).split("\0")
  return [basename(program), ...words].join(" ").trim().slice(0, LONGEST_COMMAND)
}

// A process may end, or close a file, while it is looked at.
const readText = (path: string) => orElse(() => readFileSync(path, "utf8"), "")
const list = (path: string) => orElse(() => readdirSync(path), [])
const link = (path: string) => orElse(() => readlinkSync(path), "")

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
