import { option } from "../../../offline/kernel/sockets.ts"
import { AF, Memory, MSG, SO, SOCK, SOL_SOCKET, syscall } from "../../../offline/kernel/syscalls.ts"

// Ways out for a program that asks the kernel itself: by system calls, past every interception in JavaScript.

/** What a vector is to reach. Each has its own, so that an attempt shows who made it. */
export interface KernelTarget {
  /** IPv4, four bytes. */
  v4: number[]
  /** IPv6, sixteen bytes. */
  v6: number[]
  name: string
  /** The name server of the namespace. */
  resolver: number[]
}

export interface KernelVector {
  /** Tries; what a call gave is of interest only to who reads it. */
  run(target: KernelTarget): number
  /** Works only for root, also without us. */
  root?: true
  /** The call that the supervisor has to be asked about; undefined when the filter alone denies it. */
  asked?: string
  /** Needs IPv6. */
  ipv6?: true
}

const memory = new Memory(16 * 1024)
const AT = { address: 0, header: 256, vector: 512, control: 640, data: 1024, more: 4096 }
const at = (place: keyof typeof AT) => memory.address + AT[place]

function address4(bytes: number[], port: number): number {
  memory.bytes.fill(0, 0, 128)
  memory.view.setUint16(0, AF.INET, true)
  memory.view.setUint16(2, port)
  memory.bytes.set(bytes, 4)
  return 16
}

function address6(bytes: number[], port: number): number {
  memory.bytes.fill(0, 0, 128)
  memory.view.setUint16(0, AF.INET6, true)
  memory.view.setUint16(2, port)
  memory.bytes.set(bytes, 8)
  return 28
}

const mapped = (v4: number[]) => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...v4]

function socket(family: number, type: number, protocol = 0): number {
  return syscall("socket", family, type | SOCK.CLOEXEC | SOCK.NONBLOCK, protocol)
}

function using(descriptor: number, use: (descriptor: number) => number): number {
  if (descriptor < 0) return descriptor
  const result = use(descriptor)
  syscall("close", descriptor)
  return result
}

function data(text: string | Uint8Array): number {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
  memory.bytes.set(bytes, AT.data)
  return bytes.length
}

/** A message with a name at `address`, and data. @returns its address */
function message(size: number, length: number, control = 0): number {
  memory.bytes.fill(0, AT.header, AT.header + 64)
  memory.setU64(AT.header, at("address"))
  memory.setU32(AT.header + 8, size)
  memory.setU64(AT.vector, at("data"))
  memory.setU64(AT.vector + 8, length)
  memory.setU64(AT.header + 16, at("vector"))
  memory.setU64(AT.header + 24, 1)
  memory.setU64(AT.header + 32, control > 0 ? at("control") : 0)
  memory.setU64(AT.header + 40, control)
  return at("header")
}

function tcp4(bytes: number[], port = 443): number {
  return using(socket(AF.INET, SOCK.STREAM), (it) =>
    syscall("connect", it, at("address"), address4(bytes, port)),
  )
}

function udp(target: KernelTarget, send: (it: number, size: number, length: number) => number): number {
  return using(socket(AF.INET, SOCK.DGRAM), (it) => send(it, address4(target.v4, 9), data("out")))
}

const sendto = (it: number, length: number, flags: number, size: number) =>
  syscall("sendto", it, at("data"), length, flags, at("address"), size)

function query(name: string): Uint8Array {
  const labels = name.split(".").flatMap((label) => [label.length, ...new TextEncoder().encode(label)])
  return Uint8Array.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1])
}

function setOption(it: number, level: number, name: number, value: number): number {
  memory.setU32(AT.more, value)
  return syscall("setsockopt", it, level, name, at("more"), 4)
}

const FASTOPEN_CONNECT = 30
const TCP = 6

export const kernelVectors: Record<string, KernelVector> = {
  "tcp-4": { asked: "connect", run: ({ v4 }) => tcp4(v4) },
  "tcp-6": {
    asked: "connect",
    ipv6: true,
    run: ({ v6 }) =>
      using(socket(AF.INET6, SOCK.STREAM), (it) => syscall("connect", it, at("address"), address6(v6, 443))),
  },
  "tcp-mapped": {
    asked: "connect",
    run: ({ v4 }) =>
      using(socket(AF.INET6, SOCK.STREAM), (it) =>
        syscall("connect", it, at("address"), address6(mapped(v4), 443)),
      ),
  },
  "tcp-blocking-twice": {
    asked: "connect",
    run({ v4 }) {
      tcp4(v4, 80)
      return tcp4(v4, 8080)
    },
  },
  "tcp-to-port-53": { asked: "connect", run: ({ v4 }) => tcp4(v4, 53) },
  "fast-open-sendto": {
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) => sendto(it, data("x"), MSG.FASTOPEN, address4(v4, 443))),
  },
  "fast-open-sendmsg": {
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) =>
        syscall("sendmsg", it, message(address4(v4, 443), data("x")), MSG.FASTOPEN),
      ),
  },
  "fast-open-sendmmsg": {
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) =>
        syscall("sendmmsg", it, message(address4(v4, 443), data("x")), 1, MSG.FASTOPEN),
      ),
  },
  "fast-open-connect": {
    asked: "connect",
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) => {
        setOption(it, TCP, FASTOPEN_CONNECT, 1)
        const connected = syscall("connect", it, at("address"), address4(v4, 443))
        syscall("write", it, at("data"), data("x"))
        return connected
      }),
  },
  "connect-after-disconnect": {
    asked: "connect",
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) => {
        memory.bytes.fill(0, 0, 16)
        syscall("connect", it, at("address"), 16)
        return syscall("connect", it, at("address"), address4(v4, 443))
      }),
  },
  "udp-sendto": {
    asked: "sendto",
    run: (target) => udp(target, (it, size, length) => sendto(it, length, 0, size)),
  },
  "udp-sendto-unspecified-family": {
    asked: "sendto",
    run: (target) =>
      udp(target, (it, size, length) => {
        memory.view.setUint16(0, AF.UNSPEC, true)
        return sendto(it, length, 0, size)
      }),
  },
  "udp-sendmsg": {
    asked: "sendmsg",
    run: (target) => udp(target, (it, size, length) => syscall("sendmsg", it, message(size, length), 0)),
  },
  "udp-sendmmsg": {
    asked: "sendmmsg",
    run: (target) => udp(target, (it, size, length) => syscall("sendmmsg", it, message(size, length), 1, 0)),
  },
  "udp-connect": {
    asked: "connect",
    run: (target) =>
      udp(target, (it, size, length) => {
        const connected = syscall("connect", it, at("address"), size)
        syscall("write", it, at("data"), length)
        return connected
      }),
  },
  "udp-6": {
    asked: "sendto",
    ipv6: true,
    run: ({ v6 }) => using(socket(AF.INET6, SOCK.DGRAM), (it) => sendto(it, data("out"), 0, address6(v6, 9))),
  },
  "udp-4-by-6": {
    asked: "sendto",
    run: ({ v4 }) =>
      using(socket(AF.INET6, SOCK.DGRAM), (it) => sendto(it, data("out"), 0, address6(mapped(v4), 9))),
  },
  "udp-device-undone": {
    asked: "sendto",
    run: (target) =>
      udp(target, (it, size, length) => {
        for (const name of [SO.BINDTOIFINDEX, SO.BINDTODEVICE]) setOption(it, SOL_SOCKET, name, 0)
        return sendto(it, length, 0, size)
      }),
  },
  "dns-sendto": {
    asked: "sendto",
    run: ({ name, resolver }) =>
      using(socket(AF.INET, SOCK.DGRAM), (it) => sendto(it, data(query(name)), 0, address4(resolver, 53))),
  },
  "dns-sendmsg": {
    asked: "sendmsg",
    run: ({ name, resolver }) =>
      using(socket(AF.INET, SOCK.DGRAM), (it) =>
        syscall("sendmsg", it, message(address4(resolver, 53), data(query(name))), 0),
      ),
  },
  "dns-sendmmsg": {
    asked: "sendmmsg",
    run: ({ name, resolver }) =>
      using(socket(AF.INET, SOCK.DGRAM), (it) =>
        syscall("sendmmsg", it, message(address4(resolver, 53), data(query(name))), 1, 0),
      ),
  },
  "dns-connect": {
    asked: "connect",
    run: ({ name, resolver }) =>
      using(socket(AF.INET, SOCK.DGRAM), (it) => {
        syscall("connect", it, at("address"), address4(resolver, 53))
        return syscall("write", it, at("data"), data(query(name)))
      }),
  },
  "raw-udp": {
    root: true,
    run: ({ v4 }) =>
      using(socket(AF.INET, 3, 17), (it) =>
        sendto(it, data(Uint8Array.from([0, 9, 0, 9, 0, 8, 0, 0])), 0, address4(v4, 0)),
      ),
  },
  "socket-by-socketpair-numbers": {
    asked: "connect",
    run({ v4 }) {
      // A family that cannot have pairs must not be opened that way either.
      syscall("socketpair", AF.INET, SOCK.STREAM, 0, at("more"))
      return tcp4(v4, 444)
    },
  },
  "own-filter-first": {
    asked: "connect",
    run({ v4 }) {
      // A filter of one's own that lets everything through.
      memory.setU32(AT.more, 6)
      memory.setU32(AT.more + 4, 0x7fff0000)
      memory.setU64(AT.header, 1)
      memory.setU64(AT.header + 8, at("more"))
      syscall("prctl", 38, 1)
      syscall("seccomp", 1, 0, at("header"))
      return tcp4(v4, 445)
    },
  },
  "descriptor-high-half": {
    asked: "connect",
    run: ({ v4 }) =>
      using(socket(AF.INET, SOCK.STREAM), (it) =>
        syscall("connect", it + 0x100000000, at("address"), address4(v4, 446)),
      ),
  },
  "family-high-half": {
    asked: "sendto",
    run: ({ v4 }) =>
      using(syscall("socket", AF.INET + 0x100000000, SOCK.DGRAM, 0), (it) =>
        sendto(it, data("out"), 0, address4(v4, 9)),
      ),
  },
}

/** What may not be opened in a tree at all. @returns what could be, by name */
export function opened(): string[] {
  const families = Array.from({ length: 46 }, (_, family) => family).filter((family) => family !== AF.VSOCK)
  const types = [SOCK.STREAM, SOCK.DGRAM, 3, 4, SOCK.SEQPACKET]
  const found: string[] = []
  for (const family of families)
    for (const type of types) if (using(socket(family, type), () => 0) === 0) found.push(`${family}/${type}`)
  for (const [protocol, type] of [
    [132, 1],
    [33, 6],
    [136, 2],
    [262, 1],
    [1, 2],
  ] as const)
    if (using(socket(AF.INET, type, protocol), () => 0) === 0) found.push(`protocol ${protocol}`)
  for (let protocol = 1; protocol < 24; protocol++)
    if (using(socket(AF.NETLINK, 3, protocol), () => 0) === 0) found.push(`netlink ${protocol}`)
  memory.bytes.fill(0, AT.more, AT.more + 256)
  if (using(syscall("io_uring_setup", 1, at("more")), () => 0) === 0) found.push("io_uring")
  return found
}

/** The interface that a datagram socket is bound to from its beginning; 0 for none. */
export function boundTo(): number {
  return using(socket(AF.INET, SOCK.DGRAM), (it) => option(it, SO.BINDTOIFINDEX))
}

/** AF_VSOCK is only ever tried where it is known to be denied: a network namespace does not hold it. */
export function vsockDenied(): number {
  return using(socket(AF.VSOCK, SOCK.STREAM), () => 0)
}
