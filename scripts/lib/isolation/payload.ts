import { type DnsQuestion, parseDnsQuestion } from "./dns-message.ts"
import type { Packet } from "./packet.ts"

/** What a packet's payload asks for: `dns A example.org`, `tls example.org`, `http GET example.org/path`. */
export function describePayload(packet: Packet): string | undefined {
  const bytes = Buffer.from(packet.payload)
  const question = questionOf(packet)
  if (question) return `dns ${question.type} ${question.name}`
  if (packet.protocol !== "tcp") return undefined
  const serverName = readServerName(bytes)
  return serverName ? `tls ${serverName}` : readHttpRequest(bytes)
}

/** The name lookup that a datagram to the port of DNS or of multicast DNS is. */
export function questionOf({ protocol, destinationPort, payload }: Packet): DnsQuestion | undefined {
  if (protocol !== "udp" || (destinationPort !== 53 && destinationPort !== 5353)) return undefined
  return parseDnsQuestion(payload)
}

function readHttpRequest(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1", 0, 4096)
  const request = /^([A-Z]+) (\S+) HTTP\/1/.exec(text)
  const host = /\r\nhost: *([^\r\n]+)/i.exec(text)
  return request ? `http ${request[1]} ${host?.[1] ?? ""}${request[2]}` : undefined
}

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0

/** The server_name extension (RFC 6066) of a TLS ClientHello (RFC 8446, section 4.1.2) in one record. */
function readServerName(bytes: Buffer): string | undefined {
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
