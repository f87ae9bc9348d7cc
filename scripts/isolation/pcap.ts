import type { CapturedPacket } from "./capture.ts"

/** The link type LINKTYPE_RAW: a packet begins with its IP header. */
const RAW_IP = 101
const LARGEST = 65_536

/**
 * Writes packets in the format pcap (version 2.4, microseconds), which tcpdump and Wireshark read.
 * @param startedAt the wall clock to which each packet's `at` is added, in milliseconds since 1970
 */
export function writePcap(packets: CapturedPacket[], startedAt: number): Uint8Array {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(LARGEST, 16)
  header.writeUInt32LE(RAW_IP, 20)
  return Buffer.concat([
    header,
    ...packets.flatMap(({ at, bytes }) => [recordHeader(startedAt + at, bytes), bytes]),
  ])
}

function recordHeader(ms: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(ms / 1000), 0)
  header.writeUInt32LE(Math.floor((ms % 1000) * 1000), 4)
  header.writeUInt32LE(bytes.length, 8)
  header.writeUInt32LE(bytes.length, 12)
  return header
}
