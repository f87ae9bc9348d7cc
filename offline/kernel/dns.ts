import { canonicalHost, isLoopback } from "../policy/host.ts"
import { ADDRESS, DATA, DATA_SIZE, memory, SCRATCH } from "./channel.ts"
import {
  addressesIn,
  answers,
  answerTo,
  forwarded,
  noSuchName,
  type Question,
  readQuestion,
  serverFailed,
  thisMachine,
} from "./dns-message.ts"
import type { Loop } from "./loop.ts"
import type { Reach } from "./reach.ts"
import { readLocalAddress, readProc } from "./sockets.ts"
import { AF, MSG, POLL, SOCK, syscall } from "./syscalls.ts"

/** How long a name server has. A resolver that has waited as long asks again, and then the next one is asked. */
const PATIENCE_MS = 5000
const DNS_PORT = 53
const LONGEST = 4096

/** Who asks: for the log. */
export interface Asker {
  pid: number
  program: string
}

/** Askers that are remembered, by the port that they ask from. */
const ASKERS = 1024

type Reply = (message: Uint8Array) => unknown

/** The only name server that the tree reaches: it answers itself what is denied, and asks the system's for the rest. */
export class Stub {
  /** Its port on 127.0.0.1. */
  readonly port: number
  private readonly socket: number
  private turn = 0
  private readonly askers = new Map<number, Asker>()

  constructor(
    private readonly loop: Loop,
    private readonly reach: Reach,
    private readonly denied: (name: string, asker: Asker | undefined) => void,
  ) {
    this.socket = udp(AF.INET)
    putAddress(new Uint8Array([127, 0, 0, 1]), 0)
    const bound = syscall("bind", this.socket, memory.address + ADDRESS, 16)
    if (bound < 0 || readLocalAddress(this.socket) < 0)
      throw new Error(`no port for the DNS stub: error number ${-bound}`)
    this.port = memory.view.getUint16(ADDRESS + 2)
    loop.watch(this.socket, POLL.IN, () => this.receive())
  }

  /** Remembers who asks by a socket, of which this process has a descriptor. */
  askedBy(socket: number, asker: Asker): void {
    if (readLocalAddress(socket) < 0) return
    this.askers.set(memory.view.getUint16(ADDRESS + 2), asker)
    if (this.askers.size > ASKERS) this.askers.delete(this.askers.keys().next().value!)
  }

  private receive(): void {
    memory.setU32(SCRATCH, 128)
    const at = memory.address
    const length = syscall(
      "recvfrom",
      this.socket,
      at + DATA,
      DATA_SIZE,
      MSG.DONTWAIT,
      at + ADDRESS,
      at + SCRATCH,
    )
    const question = length > 0 ? readQuestion(memory.bytes.slice(DATA, DATA + length)) : undefined
    if (!question) return
    const from = memory.bytes.slice(ADDRESS, ADDRESS + 16)
    const asker = this.askers.get(memory.view.getUint16(ADDRESS + 2))
    this.answer(question, asker, (reply) => {
      memory.bytes.set(from, ADDRESS)
      send(this.socket, reply, 16)
    })
  }

  private answer(question: Question, asker: Asker | undefined, reply: Reply): unknown {
    const host = canonicalHost(question.name)
    if (host && !host.address && isLoopback(host)) return reply(thisMachine(question))
    if (!this.reach.mayLookUp(question.name)) {
      this.denied(question.name, asker)
      return reply(noSuchName(question))
    }
    return this.ask(question, reply)
  }

  /** Asks one name server, by a socket and an id of its own: an answer of anyone else is none. */
  private ask(question: Question, reply: Reply): unknown {
    const servers = nameServers()
    const server = servers[this.turn++ % Math.max(servers.length, 1)]
    if (!server) return reply(serverFailed(question))
    const socket = udp(server.length === 4 ? AF.INET : AF.INET6)
    const id = crypto.getRandomValues(new Uint16Array(1))[0]!
    const size = putAddress(server, DNS_PORT)
    const reached =
      socket >= 0 &&
      syscall("connect", socket, memory.address + ADDRESS, size) >= 0 &&
      send(socket, forwarded(question, id), 0) >= 0
    if (!reached) {
      if (socket >= 0) syscall("close", socket)
      return reply(serverFailed(question))
    }
    const end = () => {
      unwatch()
      forget()
      syscall("close", socket)
    }
    const unwatch = this.loop.watch(socket, POLL.IN, () => {
      const length = syscall("recvfrom", socket, memory.address + DATA, LONGEST, MSG.DONTWAIT)
      if (length < 0) {
        end()
        return reply(serverFailed(question))
      }
      const answer = memory.bytes.slice(DATA, DATA + length)
      if (!answers(answer, question, id)) return undefined
      end()
      for (const host of addressesIn(answer)) this.reach.learn(question.name, host)
      return reply(answerTo(question, answer))
    })
    const forget = this.loop.after(PATIENCE_MS, end)
    return undefined
  }
}

/** The addresses of the system's name servers, as resolv.conf(5) has them by now. */
function nameServers(): Uint8Array[] {
  const lines = readProc("/etc/resolv.conf").matchAll(/^\s*nameserver\s+(\S+)/gm)
  const found = Array.from(lines, ([, text]) => bytesOf(text!)).filter((bytes) => bytes !== undefined)
  return found.length > 0 ? found : [new Uint8Array([127, 0, 0, 1])]
}

function bytesOf(text: string): Uint8Array | undefined {
  const address = canonicalHost(text)?.address
  if (!address) return undefined
  const length = address.family === 4 ? 4 : 16
  return Uint8Array.from({ length }, (_, index) =>
    Number((address.value >> BigInt(8 * (length - 1 - index))) & 255n),
  )
}

/** Writes a socket's address to `ADDRESS`, and gives its size. */
export function putAddress(bytes: Uint8Array, port: number): number {
  const isV4 = bytes.length === 4
  const size = isV4 ? 16 : 28
  memory.bytes.fill(0, ADDRESS, ADDRESS + size)
  memory.view.setUint16(ADDRESS, isV4 ? AF.INET : AF.INET6, true)
  memory.view.setUint16(ADDRESS + 2, port)
  memory.bytes.set(bytes, ADDRESS + (isV4 ? 4 : 8))
  return size
}

function udp(family: number): number {
  return syscall("socket", family, SOCK.DGRAM | SOCK.CLOEXEC | SOCK.NONBLOCK, 0)
}

/** @param size of the receiver at `ADDRESS`; 0 when the socket is connected */
function send(socket: number, message: Uint8Array, size: number): number {
  memory.bytes.set(message, DATA)
  const to = size > 0 ? memory.address + ADDRESS : 0
  return syscall(
    "sendto",
    socket,
    memory.address + DATA,
    message.length,
    MSG.DONTWAIT | MSG.NOSIGNAL,
    to,
    size,
  )
}
