/** What an IP packet says about itself. Ports, and the first bytes after the header, where the protocol has them. */
export interface Packet {
  family: 4 | 6
  /** `tcp`, `udp`, `icmp`, or `ip-<number>`. */
  protocol: string
  source: string
  destination: string
  sourcePort?: number
  destinationPort?: number
  tcp?: { opens: boolean; sequence: number }
  /** ICMP's type and the bytes after its 8-byte header (for an error: the packet it is about). */
  icmp?: { type: number; about: Uint8Array }
  payload: Uint8Array
}

const protocolNames: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmp" }
const IPV6_EXTENSIONS = [0, 43, 60]
const IPV6_FRAGMENT = 44
const SYN_AND_ACK = 0x12
const SYN = 0x02

/** Reads a packet from its IP header on; undefined when it is neither IPv4 nor IPv6 or is cut off. */
export function parsePacket(bytes: Uint8Array): Packet | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (data.length < 20) return undefined
  const version = data[0]! >> 4
  if (version === 4) return parseIPv4(data)
  if (version === 6 && data.length >= 40) return parseIPv6(data)
  return undefined
}

function parseIPv4(data: Buffer): Packet {
  const headerLength = (data[0]! & 0x0f) * 4
  const isLaterFragment = (data.readUInt16BE(6) & 0x1fff) !== 0
  const packet = {
    family: 4 as const,
    source: data.subarray(12, 16).join("."),
    destination: data.subarray(16, 20).join("."),
  }
  return withTransport(packet, data[9]!, data.subarray(headerLength), isLaterFragment)
}

function parseIPv6(data: Buffer): Packet {
  const packet = {
    family: 6 as const,
    source: formatIPv6(data.subarray(8, 24)),
    destination: formatIPv6(data.subarray(24, 40)),
  }
  let next = data[6]!
  let offset = 40
  let isLaterFragment = false
  while (offset + 8 <= data.length && (IPV6_EXTENSIONS.includes(next) || next === IPV6_FRAGMENT)) {
    const isFragment = next === IPV6_FRAGMENT
    if (isFragment) isLaterFragment = (data.readUInt16BE(offset + 2) & 0xfff8) !== 0
    next = data[offset]!
    offset += isFragment ? 8 : (data[offset + 1]! + 1) * 8
  }
  return withTransport(packet, next, data.subarray(offset), isLaterFragment)
}

type Addresses = Pick<Packet, "family" | "source" | "destination">

function withTransport(addresses: Addresses, number: number, data: Buffer, isLaterFragment: boolean): Packet {
  const packet: Packet = {
    ...addresses,
    protocol: protocolNames[number] ?? `ip-${number}`,
    payload: data,
  }
  if (isLaterFragment || data.length < 8) return packet
  if (packet.protocol === "icmp") return { ...packet, icmp: { type: data[0]!, about: data.subarray(8) } }
  if (packet.protocol !== "tcp" && packet.protocol !== "udp") return packet
  const ports = { sourcePort: data.readUInt16BE(0), destinationPort: data.readUInt16BE(2) }
  if (packet.protocol === "udp") return { ...packet, ...ports, payload: data.subarray(8) }
  if (data.length < 20) return { ...packet, ...ports }
  return {
    ...packet,
    ...ports,
    tcp: { opens: (data[13]! & SYN_AND_ACK) === SYN, sequence: data.readUInt32BE(4) },
    payload: data.subarray((data[12]! >> 4) * 4),
  }
}

/** As the URL standard writes an IPv6 address: the longest run of zeros is left out. */
function formatIPv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)
}
