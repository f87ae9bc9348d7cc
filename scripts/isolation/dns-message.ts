/** The question of a DNS message (RFC 1035, section 4.1), and where it ends in the message, in bytes. */
export interface DnsQuestion {
  name: string
  /** `A`, `AAAA`, … or the number of a type that has no name here. */
  type: string
  end: number
}

const HEADER = 12
const typeNames: Record<number, string> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  12: "PTR",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  65: "HTTPS",
  255: "ANY",
}

/** Reads the question of a query; undefined for an answer and for bytes that are no DNS message. */
export function parseDnsQuestion(message: Uint8Array): DnsQuestion | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  if (bytes.length < HEADER || (bytes[2]! & 0x80) !== 0 || bytes.readUInt16BE(4) === 0) return undefined
  const labels: string[] = []
  let offset = HEADER
  while (offset < bytes.length && bytes[offset] !== 0) {
    const length = bytes[offset]!
    if (length > 63 || offset + 1 + length > bytes.length) return undefined
    labels.push(bytes.toString("latin1", offset + 1, offset + 1 + length))
    offset += 1 + length
  }
  if (offset + 5 > bytes.length) return undefined
  const type = bytes.readUInt16BE(offset + 1)
  return {
    name: labels.join(".").toLowerCase(),
    type: typeNames[type] ?? String(type),
    end: offset + 5,
  }
}

/** The answer to `query`: one A record when an address is given, else "no such record", with a lifetime of 60 s. */
export function answerDns(query: Uint8Array, question: DnsQuestion, address?: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER)
  header.set(query.subarray(0, 2))
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(address ? 1 : 0, 6)
  const asked = query.subarray(HEADER, question.end)
  if (!address) return Buffer.concat([header, asked])
  const record = Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4])
  return Buffer.concat([header, asked, record, address])
}
