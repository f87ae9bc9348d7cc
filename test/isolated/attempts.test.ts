import { expect, test } from "bun:test"
import fc from "fast-check"
import { findAttempts } from "../../scripts/isolation/attempts.ts"
import { NameTable } from "../../scripts/isolation/names.ts"

const loopback = Buffer.from([127, 0, 0, 1])
const outside = Buffer.from([203, 0, 113, 1])

/** An IPv4 packet of a protocol number, from one address to another. */
function ipv4(protocol: number, source: Buffer, destination: Buffer, body: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header[9] = protocol
  header.set(source, 12)
  header.set(destination, 16)
  return Buffer.concat([header, body])
}

function udp(sourcePort: number, destinationPort: number, payload: Buffer | string = ""): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(sourcePort, 0)
  header.writeUInt16BE(destinationPort, 2)
  return Buffer.concat([header, Buffer.from(payload)])
}

function tcp(sourcePort: number, destinationPort: number, sequence: number, flags: number): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(sourcePort, 0)
  header.writeUInt16BE(destinationPort, 2)
  header.writeUInt32BE(sequence, 4)
  header[12] = 0x50
  header[13] = flags
  return header
}

function attemptsOf(...packets: Buffer[]) {
  return findAttempts(
    packets.map((bytes, at) => ({ at, bytes })),
    new NameTable(),
  )
}

const SYN = 0x02
const SYN_ACK = 0x12
const ACK = 0x10

test("a connection and its answer are one attempt, a second connection on the same ports is another", () => {
  const there = (sequence: number, flags: number) =>
    ipv4(6, loopback, outside, tcp(5000, 443, sequence, flags))
  const back = (flags: number) => ipv4(6, outside, loopback, tcp(443, 5000, 1, flags))
  const first = [there(100, SYN), back(SYN_ACK), there(101, ACK)]
  expect(attemptsOf(...first)).toHaveLength(1)
  expect(attemptsOf(...first, there(100, SYN))).toHaveLength(1)
  expect(attemptsOf(...first, there(900, SYN))).toHaveLength(2)
})

test("a TCP packet that belongs to no connection that was seen is an attempt of its own", () => {
  expect(attemptsOf(ipv4(6, loopback, outside, tcp(5000, 443, 7, ACK)))).toMatchObject([
    { protocol: "tcp", address: "203.0.113.1", port: 443 },
  ])
})

test("an error that answers a datagram is no attempt, one that answers nothing is", () => {
  const datagram = ipv4(17, loopback, outside, udp(5000, 9999))
  const unreachable = ipv4(
    1,
    outside,
    loopback,
    Buffer.concat([Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]), datagram]),
  )
  expect(attemptsOf(datagram, unreachable)).toMatchObject([{ protocol: "udp", port: 9999 }])
  expect(attemptsOf(unreachable)).toMatchObject([{ protocol: "icmp" }])
})

test("a later fragment and a protocol that has no name here are attempts too", () => {
  const fragment = ipv4(17, loopback, outside, udp(5000, 9999))
  fragment.writeUInt16BE(100, 6)
  expect(attemptsOf(fragment, ipv4(132, loopback, outside, Buffer.alloc(12)))).toMatchObject([
    { protocol: "udp", address: "203.0.113.1" },
    { protocol: "ip-132", address: "203.0.113.1" },
  ])
})

test("no bytes whatever make the recorder stop: each packet is read or counted as not IP", () => {
  const body = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes))
  const hello = body.map((bytes) => Buffer.concat([Buffer.from([22, 3, 1, 0, 90, 1]), bytes]))
  const packet = fc.oneof(
    body,
    body.map((bytes) => Buffer.concat([Buffer.from([0x60]), bytes])),
    fc
      .tuple(fc.constantFrom(1, 6, 17, 58), body)
      .map(([protocol, bytes]) => ipv4(protocol, loopback, outside, bytes)),
    body.map((bytes) => ipv4(17, loopback, outside, udp(5000, 53, bytes))),
    hello.map((bytes) => ipv4(6, loopback, outside, Buffer.concat([tcp(5000, 443, 1, ACK), bytes]))),
  )
  fc.assert(
    fc.property(packet, (bytes) => {
      expect(attemptsOf(bytes)).toHaveLength(1)
    }),
    { numRuns: 2000 },
  )
})
