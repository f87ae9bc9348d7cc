import { type DnsQuestion, parseDnsQuestion } from "./dns-message.ts"
import { describeIcmp } from "./icmp.ts"
import type { Packet } from "./packet.ts"

/**
 * What a packet asks for, where it can be read: `dns A example.org`, `mdns PTR _http._tcp.local`, `tls example.org`,
 * `http GET example.org/path`, `ssh`, `quic 1`, `icmp echo request`.
 */
export function describePayload(packet: Packet): string | undefined {
  const bytes = Buffer.from(packet.payload)
  const question = questionOf(packet)
  if (question) return `${packet.destinationPort === MDNS ? "mdns" : "dns"} ${question.type} ${question.name}`
  if (packet.protocol === "icmp") return describeIcmp(packet)
  if (packet.protocol === "udp") return readQuicVersion(bytes)
  return packet.protocol === "tcp" ? describeStream(bytes) : undefined
}

function describeStream(bytes: Buffer): string | undefined {
  if (bytes[0] === HANDSHAKE && bytes[5] === CLIENT_HELLO)
    return `tls ${readServerName(bytes) ?? "(no name)"}`
  if (bytes.toString("latin1", 0, 4) === "SSH-") return "ssh"
  return readHttpRequest(bytes)
}

/** The name lookup that a datagram to the port of DNS or of multicast DNS is. */
export function questionOf({ protocol, destinationPort, payload }: Packet): DnsQuestion | undefined {
  if (protocol !== "udp" || (destinationPort !== DNS && destinationPort !== MDNS)) return undefined
  return parseDnsQuestion(payload)
}

const DNS = 53
const MDNS = 5353

/** The request that a stream begins with, as `http GET example.org/path`. */
export function readHttpRequest(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1", 0, 4096)
  const request = /^([A-Z]+) (\S+) HTTP\/1/.exec(text)
  if (!request) return undefined
  const [, method, target] = request
  // A proxy is told the whole URL, or the host to connect to.
  if (!target!.startsWith("/")) return `http ${method} ${target}`
  const host = /\r\nhost: *([^\r\n]+)/i.exec(text)
  return `http ${method} ${host?.[1] ?? ""}${target}`
}

/**
 * The version of a QUIC connection's first datagram (RFC 9000, section 17.2): a long header with its fixed bit, at
 * least 1200 bytes long, as no other first datagram must be.
 */
function readQuicVersion(bytes: Buffer): string | undefined {
  if (bytes.length < 1200 || (bytes[0]! & 0xc0) !== 0xc0) return undefined
  const version = bytes.readUInt32BE(1)
  return version === 0 ? undefined : `quic ${version.toString(16)}`
}

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0

/** The server_name extension (RFC 6066) of a TLS ClientHello (RFC 8446, section 4.1.2) in one record. */
export function readServerName(bytes: Buffer): string | undefined {
  if (bytes[0] !== HANDSHAKE || bytes[5] !== CLIENT_HELLO) return undefined
  try {
    let offset = 43
    offset += 1 + bytes.readUInt8(offset)
    offset += 2 + bytes.readUInt16BE(offset)
    offset += 1 + bytes.readUInt8(offset)
    const end = offset + 2 + bytes.readUInt16BE(offset)
    offset += 2
    while (offset < end) {
      const length = bytes.readUInt16BE(offset + 2)
      if (bytes.readUInt16BE(offset) === SERVER_NAME)
        return bytes.toString("latin1", offset + 9, offset + 4 + length)
      offset += 4 + length
    }
  } catch (error) {
    // A hello that is cut off has no name to tell; the connection itself is recorded anyway.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}
