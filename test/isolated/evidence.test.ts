import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { type IsolatedOptions, runIsolated } from "../../scripts/harness/run-opencode.ts"
import type { Attempt } from "../../scripts/isolation/attempts.ts"
import { createAuthority } from "../../scripts/isolation/authority.ts"
import { parsePacket } from "../../scripts/isolation/packet.ts"

const authority = await createAuthority()

/** Runs a script of ours in place of OpenCode, and takes what was recorded. */
async function record(script: string, options: Partial<IsolatedOptions> = {}) {
  let pcap = Buffer.alloc(0)
  let attempts: Attempt[] = []
  const { stdout } = await runIsolated({
    ...options,
    executable: process.execPath,
    args: ["script.ts"],
    files: { "script.ts": script },
    async keepRecording(recording) {
      pcap = await readFile(recording.pcap)
      attempts = recording.result.attempts
    },
  })
  return { stdout, attempts, pcap }
}

const request = `const response = await fetch("https://some.host.example/path?query", { method: "POST", body: "x" })
  .catch((error) => ({ status: error.code }))
console.log(response.status)`

const dialled = ({ attempts }: { attempts: Attempt[] }) =>
  attempts.filter(({ protocol }) => protocol === "tcp")

test.concurrent("an HTTPS request shows its method and path, and is answered, when the client takes the authority", async () => {
  const { stdout, ...recorded } = await record(request, { authority })
  expect(stdout).toBe("404\n")
  expect(dialled(recorded)).toEqual([
    expect.objectContaining({ name: "some.host.example", what: "https POST some.host.example/path?query" }),
  ])
})

test.concurrent.each(["203.0.113.4", "[2001:db8::4]"])(
  "an HTTPS request to the address %s is answered too",
  async (address) => {
    const script = `console.log((await fetch("https://${address}/x")).status)`
    const { stdout, ...recorded } = await record(script, { authority })
    expect(stdout).toBe("404\n")
    expect(dialled(recorded)).toEqual([expect.objectContaining({ what: `https GET ${address}/x` })])
  },
)

test.concurrent("a request for another host than TLS names shows both", async () => {
  const recorded = await record(
    `await fetch("https://front.example/x", { headers: { host: "behind.example" } })`,
    { authority },
  )
  const what = "https GET behind.example/x (tls front.example)"
  expect(dialled(recorded)).toEqual([expect.objectContaining({ what })])
})

test.concurrent("a client that does not take the authority still shows the name that it asked for", async () => {
  const env = { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: "" }
  const { stdout, ...recorded } = await record(request, { authority, env })
  expect(stdout).toContain("UNABLE_TO_VERIFY_LEAF_SIGNATURE")
  expect(dialled(recorded)).toEqual([expect.objectContaining({ what: "tls some.host.example" })])
})

test.concurrent("what a child sends is told from what its parent sends", async () => {
  const { attempts } = await record(
    `const child = Bun.spawn([process.execPath, "-e", "await fetch('http://203.0.113.20/child')"])
     await fetch("http://203.0.113.21/parent")
     await child.exited`,
  )
  const bySender = attempts.map(({ what, process }) => [what, process?.command])
  expect(bySender.sort()).toEqual([
    ["http GET 203.0.113.20/child", expect.stringMatching(/^bun\S* -e await fetch/)],
    ["http GET 203.0.113.21/parent", expect.stringMatching(/^bun\S* script\.ts$/)],
  ])
  expect(new Set(attempts.map(({ process }) => process?.pid)).size).toBe(2)
})

test.concurrent("datagrams on one socket are one attempt with their number and size, from the IP header on", async () => {
  const { attempts } = await record(
    `import dgram from "node:dgram"
     const socket = dgram.createSocket("udp4").bind(5000)
     for (const text of ["1234", "123456"])
       await new Promise((resolve) => socket.send(text, 9999, "203.0.113.8", resolve))
     socket.close()`,
    { mode: "drop" },
  )
  expect(attempts).toEqual([expect.objectContaining({ port: 9999, packets: 2, bytes: 28 + 4 + 28 + 6 })])
})

const send = (port: number, address: string, bytes: string) =>
  `import dgram from "node:dgram"
   const socket = dgram.createSocket("udp4")
   socket.send(${bytes}, ${port}, "${address}", () => socket.close())`

const query = `Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.from("\\x05_http\\x04_tcp\\x05local\\0"), Buffer.from([0, 12, 0, 1])])`

test.concurrent.each([
  ["multicast DNS", send(5353, "224.0.0.251", query), "mdns PTR _http._tcp.local"],
  [
    "QUIC",
    send(443, "203.0.113.9", `Buffer.concat([Buffer.from([0xc3, 0, 0, 0, 1, 8]), Buffer.alloc(1194)])`),
    "quic 1",
  ],
])("a datagram of %s says what it is", async (_, script, what) => {
  const { attempts } = await record(script)
  expect(attempts).toEqual([expect.objectContaining({ protocol: "udp", what })])
})

test.concurrent("the pcap file holds each packet, from its IP header on, at the time it was sent", async () => {
  const before = Date.now()
  const { pcap } = await record(send(9999, "203.0.113.8", `"leak"`))
  expect(pcap.readUInt32LE(0)).toBe(0xa1b2c3d4)
  expect(pcap.readUInt32LE(20)).toBe(101)
  const sentAt = pcap.readUInt32LE(24) * 1000 + pcap.readUInt32LE(28) / 1000
  expect(before < sentAt && sentAt < Date.now()).toBe(true)
  const length = pcap.readUInt32LE(32)
  expect(pcap.length).toBeGreaterThanOrEqual(40 + length)
  const packet = parsePacket(pcap.subarray(40, 40 + length))
  expect(packet).toMatchObject({ protocol: "udp", destination: "203.0.113.8", destinationPort: 9999 })
  expect(Buffer.from(packet!.payload).toString()).toBe("leak")
})

test.concurrent("what was recorded is kept when the one who watched did not see what it waited for", async () => {
  let attempts: Attempt[] = []
  const failing = runIsolated({
    executable: process.execPath,
    args: ["script.ts"],
    files: { "script.ts": `await fetch("http://203.0.113.22/"); setInterval(() => {}, 1000)` },
    async during(context) {
      await context.waitUntil("an attempt", async () => (await context.attempts()).length > 0)
      throw new Error("not seen")
    },
    async keepRecording({ result }) {
      attempts = result.attempts
    },
  })
  expect(failing).rejects.toThrow("not seen")
  await failing.catch(() => {})
  expect(attempts).toEqual([expect.objectContaining({ address: "203.0.113.22" })])
})
