import { expect, test } from "bun:test"
import { join } from "node:path"
import { type IsolatedOptions, runIsolated } from "../../scripts/harness/run-opencode.ts"
import type { Attempt } from "../../scripts/isolation/attempts.ts"
import { once } from "../lib/once.ts"

/** Runs a script of ours, which leaks on purpose or does not, in place of OpenCode. */
function runScript(script: string, options: Partial<IsolatedOptions> = {}) {
  const files = { "script.ts": script, ...options.files }
  return runIsolated({ ...options, executable: process.execPath, args: ["script.ts"], files })
}

const dial = (host: string, port: number) =>
  `net.connect({ host: ${JSON.stringify(host)}, port: ${port} }).on("error", () => {}).on("connect", function () { this.end() })`

const send = (type: "udp4" | "udp6", host: string, port: number) =>
  `{ const socket = dgram.createSocket("${type}")
     socket.send("leak", ${port}, ${JSON.stringify(host)}, () => socket.close()) }`

const leaks: [title: string, code: string, attempt: Partial<Attempt>][] = [
  [
    "a TCP connection to an IPv4 address on an odd port",
    dial("203.0.113.7", 47_113),
    { protocol: "tcp", family: 4, address: "203.0.113.7", port: 47_113 },
  ],
  [
    "a TCP connection to an IPv6 address",
    dial("2001:db8::7", 443),
    { protocol: "tcp", family: 6, address: "2001:db8::7", port: 443 },
  ],
  [
    "a TCP connection to the address of a local network",
    dial("192.168.1.1", 8080),
    { protocol: "tcp", family: 4, address: "192.168.1.1", port: 8080 },
  ],
  [
    "a UDP datagram to an IPv4 address",
    send("udp4", "203.0.113.8", 9999),
    { protocol: "udp", family: 4, address: "203.0.113.8", port: 9999 },
  ],
  [
    "a UDP datagram to an IPv6 address",
    send("udp6", "2001:db8::8", 9999),
    { protocol: "udp", family: 6, address: "2001:db8::8", port: 9999 },
  ],
  [
    "a UDP datagram to a multicast group",
    send("udp4", "224.0.0.251", 5353),
    { protocol: "udp", family: 4, address: "224.0.0.251", port: 5353 },
  ],
  [
    "a TCP connection from a worker",
    `const code = ${JSON.stringify(`import net from "node:net"\n${dial("203.0.113.9", 2222)}`)}
     new Worker(URL.createObjectURL(new Blob([code], { type: "application/typescript" })))`,
    { protocol: "tcp", address: "203.0.113.9", port: 2222 },
  ],
  [
    "a TCP connection after a delay",
    `setTimeout(async () => { await fetch("http://203.0.113.11/late").catch(() => {}) }, 700)`,
    { protocol: "tcp", address: "203.0.113.11", port: 80, what: "http GET 203.0.113.11/late" },
  ],
]

/** One script for all: each leads to an address of its own. */
const leaked = once(() =>
  runScript(
    ['import dgram from "node:dgram"', 'import net from "node:net"', ...leaks.map(([, code]) => code)].join(
      "\n",
    ),
  ),
)

test.concurrent.each(leaks)("%s is caught", async (_, __, attempt) => {
  const { attempts, exitCode } = await leaked()
  expect(exitCode).toBe(0)
  expect(attempts.filter(({ address }) => address === attempt.address)).toEqual([
    expect.objectContaining(attempt),
  ])
  expect(attempts).toHaveLength(leaks.length)
})

test.concurrent("a TCP connection from a child that outlives its parent is caught", async () => {
  const { attempts, exitCode } = await runScript(
    `const code = ${JSON.stringify(`import net from "node:net"\n${dial("203.0.113.10", 3333)}`)}
     Bun.spawn([process.execPath, "-e", code], { detached: true }).unref()
     process.exit()`,
    { lingerMs: 1000 },
  )
  expect(exitCode).toBe(0)
  expect(attempts).toEqual([
    expect.objectContaining({ protocol: "tcp", address: "203.0.113.10", port: 3333 }),
  ])
})

test.concurrent("a name lookup is caught although nothing is sent to the address it gives", async () => {
  const { attempts, stdout } = await runScript(
    `import { lookup } from "node:dns/promises"
     console.log((await lookup("only-a-lookup.example", { family: 4 })).address)`,
  )
  expect(stdout).toBe("198.18.0.16\n")
  expect(attempts.length).toBeGreaterThan(0)
  for (const attempt of attempts)
    expect(attempt).toMatchObject({ protocol: "udp", port: 53, name: "only-a-lookup.example" })
})

test.concurrent("whatever is sent to the resolver, it goes on answering, and the lookup after it is recorded", async () => {
  const { attempts, stdout } = await runScript(
    `import dgram from "node:dgram"
     import { lookup } from "node:dns/promises"
     const query = Buffer.from("123401000001000000000001017807657861706c650000410001000029100000000000000000", "hex")
     const socket = dgram.createSocket("udp4")
     const send = (bytes, port, host) => new Promise((resolve) => socket.send(bytes, port, host, resolve))
     let state = 1
     const random = (below) => (state = (state * 48271) % 0x7fffffff) % below
     for (let round = 0; round < 400; round++) {
       const bytes = Buffer.from(query.subarray(0, random(query.length + 1)))
       for (let change = 0; change < 4; change++) if (bytes.length > 0) bytes[random(bytes.length)] = random(256)
       await send(bytes, 53, "198.18.0.1")
       await send(bytes, 5353, "224.0.0.251")
     }
     socket.close()
     // What comes while the resolver's buffer is full is lost, as with any: then it is asked once more.
     const ask = () => lookup("after-all.example", { family: 4 })
     console.log((await ask().catch(ask).catch(ask)).address)`,
  )
  expect(stdout).toMatch(/^198\.18\.\d+\.\d+\n$/)
  expect(attempts.map(({ name }) => name)).toContain("after-all.example")
})

test.concurrent("whoever asks and is gone before the answer, the next lookup is answered", async () => {
  const { stdout } = await runScript(
    `import dgram from "node:dgram"
     import { lookup } from "node:dns/promises"
     const query = Buffer.from("123401000001000000000000076578616d706c650000010001", "hex")
     for (let asked = 0; asked < 50; asked++) {
       const socket = dgram.createSocket("udp4")
       await new Promise((resolve) => socket.send(query, 53, "198.18.0.1", resolve))
       socket.close()
     }
     console.log((await lookup("after-all.example", { family: 4 })).address)`,
  )
  expect(stdout).toMatch(/^198\.18\.\d+\.\d+\n$/)
})

test.concurrent("an HTTPS request is recorded with the name of its host, looked up and dialled", async () => {
  const { attempts } = await runScript(
    `await fetch("https://some.host.example/path").catch((error) => console.log(error.code))`,
  )
  expect(attempts).toContainEqual(
    expect.objectContaining({ what: "dns A some.host.example", name: "some.host.example" }),
  )
  expect(attempts).toContainEqual(
    expect.objectContaining({
      protocol: "tcp",
      port: 443,
      name: "some.host.example",
      what: "tls some.host.example",
    }),
  )
})

test.concurrent("an echo request is caught, its reply is not counted", async () => {
  // A raw ICMP socket, for which Bun has no API.
  const { attempts, stderr } = await runScript(
    `import { libc } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/isolation/libc.ts"))}
     const address = Buffer.from([2, 0, 0, 0, 203, 0, 113, 12, 0, 0, 0, 0, 0, 0, 0, 0])
     const echo = Buffer.from([8, 0, 0xf7, 0xfd, 0, 1, 0, 1])
     const sent = libc.sendto(libc.socket(2, 3, 1), echo, echo.length, 0, address, address.length)
     if (sent !== echo.length) throw new Error("not sent")`,
  )
  expect(stderr).toBe("")
  expect(attempts).toEqual([
    expect.objectContaining({ protocol: "icmp", family: 4, address: "203.0.113.12" }),
  ])
})

test.concurrent("what stays on loopback is no attempt: HTTP over IPv4, IPv6 and localhost, and datagrams", async () => {
  const { attempts, stdout } = await runScript(
    `import dgram from "node:dgram"
     const fetchFrom = async (hostname) => {
       const server = Bun.serve({ hostname, port: 0, fetch: () => new Response(hostname) })
       const host = hostname === "::1" ? "[::1]" : hostname
       console.log(await (await fetch("http://" + host + ":" + server.port)).text())
       server.stop(true)
     }
     for (const hostname of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) await fetchFrom(hostname)
     const socket = dgram.createSocket("udp4")
     socket.send("kept", 9999, "127.0.0.1", () => socket.close())`,
  )
  expect(stdout).toBe("127.0.0.1\n127.9.9.9\n::1\nlocalhost\n")
  expect(attempts).toEqual([])
})

const dialAndTell = `import net from "node:net"
  const end = (how) => { console.log(how); process.exit() }
  const socket = net.connect({ host: "blocked.example", port: 443 })
  socket.on("connect", () => end("connected")).on("error", (error) => end(error.code))`

test.concurrent.each([
  ["answer", "connected\n"],
  ["refuse", "ECONNREFUSED\n"],
  ["drop", ""],
] as const)(
  "when the world outside is to %s, a connection is recorded and ends as expected",
  async (mode, ending) => {
    const { attempts, stdout, stillRan } = await runScript(dialAndTell, {
      mode,
      ...(mode === "drop" && { watchMs: 500 }),
    })
    expect({ stdout, stillRan }).toEqual({ stdout: ending, stillRan: mode === "drop" })
    const connections = attempts.filter(({ protocol }) => protocol === "tcp")
    expect(connections).toEqual([expect.objectContaining({ name: "blocked.example", port: 443 })])
  },
)
