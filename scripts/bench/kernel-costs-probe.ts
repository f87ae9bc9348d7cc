// Runs in place of OpenCode, inside its executable: measures what calls of a program take, by system calls alone, for
// `npm run bench`.
import { readFileSync } from "node:fs"
import { AF, E, Memory, SOCK, syscall } from "../../offline/kernel/syscalls.ts"

/** What was measured, as JSON on standard output. */
export interface CallCosts {
  /** Microseconds of `socket`, `connect` and `close` to a port of the program's own on loopback, one value a batch. */
  connect: number[]
  /** Microseconds of a `write` and the `read` of it. */
  write: number[]
  /** Microseconds of a `send` and the `recv` of it. */
  send: number[]
  /** Memory of the process that started this one, in bytes, after a thousand connections and after ten thousand more. */
  memory: Resident[]
}

interface Resident {
  whole: number
  /** What it shares with nobody. */
  own: number
}

const BATCH = 500
const memory = new Memory(4096)
const [ADDRESS, LENGTH, PAIR, DATA] = [0, 64, 128, 256]
const at = (offset: number) => memory.address + offset

const costs: CallCosts = { connect: [], write: [], send: [], memory: [] }
const listener = listen()
for (let count = 0; count < 2; count++) connectOften(listener)
costs.memory.push(parentsMemory())
for (let count = 0; count < 20; count++) costs.connect.push(connectOften(listener))
costs.memory.push(parentsMemory())
const [one, other] = socketPair()
for (let count = 0; count < 20; count++) {
  costs.write.push(
    exchangeOften(() => [syscall("write", one, at(DATA), 64), syscall("read", other, at(DATA), 64)]),
  )
  costs.send.push(
    exchangeOften(() => [syscall("sendto", one, at(DATA), 64), syscall("recvfrom", other, at(DATA), 64)]),
  )
}
console.log(JSON.stringify(costs))
process.exit()

/** @returns a socket that listens on loopback; its address stands at ADDRESS */
function listen(): number {
  memory.view.setUint16(ADDRESS, AF.INET, true)
  memory.bytes.set([127, 0, 0, 1], ADDRESS + 4)
  memory.setU32(LENGTH, 16)
  const socket = done(syscall("socket", AF.INET, SOCK.STREAM | SOCK.CLOEXEC))
  done(syscall("bind", socket, at(ADDRESS), 16))
  done(syscall("listen", socket, 16))
  done(syscall("getsockname", socket, at(ADDRESS), at(LENGTH)))
  return socket
}

/** Microseconds a connection; its other end is taken and closed beside the measurement. */
function connectOften(listener: number): number {
  let sum = 0
  for (let count = 0; count < BATCH; count++) {
    const started = performance.now()
    const socket = syscall("socket", AF.INET, SOCK.STREAM | SOCK.CLOEXEC)
    const connected = syscall("connect", socket, at(ADDRESS), 16)
    syscall("close", socket)
    sum += performance.now() - started
    done(connected)
    done(syscall("close", done(syscall("accept4", listener))))
  }
  return (sum * 1000) / BATCH
}

function socketPair(): [number, number] {
  done(syscall("socketpair", AF.UNIX, SOCK.STREAM, 0, at(PAIR)))
  return [memory.i32(PAIR), memory.i32(PAIR + 4)]
}

function exchangeOften(exchange: () => number[]): number {
  const times = 4 * BATCH
  const started = performance.now()
  for (let count = 0; count < times; count++) for (const result of exchange()) done(result)
  return ((performance.now() - started) * 1000) / times
}

function parentsMemory(): Resident {
  const status = readFileSync(`/proc/${process.ppid}/status`, "utf8")
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024
  return { whole: bytes("VmRSS"), own: bytes("RssAnon") }
}

function done(result: number): number {
  if (result < 0) throw new Error(`a call failed with ${-result}${result === -E.ACCES ? " (denied)" : ""}`)
  return result
}
