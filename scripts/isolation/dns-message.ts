import dnsPacket from "dns-packet"

/** The first question of a DNS query (RFC 1035, section 4.1). */
export interface DnsQuestion {
  /** Lower case, without the last dot; `.` for the root. */
  name: string
  /** `A`, `AAAA`, … or the number of a type that has no name here. */
  type: string
}

const HEADER = 12

/** Types that the library has no name for (RFC 9460). */
const typeNames: Record<string, string> = { UNKNOWN_64: "SVCB", UNKNOWN_65: "HTTPS" }

/**
 * Reads the question of a query; undefined for an answer and for bytes that are no DNS message. What stands behind the
 * question may be anything: the name that was asked for is told all the same.
 */
export function parseDnsQuestion(message: Uint8Array): DnsQuestion | undefined {
  const question = readQuestion(bytesOf(message))
  if (!question) return undefined
  const type = typeNames[question.type] ?? question.type.replace(/^UNKNOWN_/, "")
  return { name: question.name.toLowerCase(), type }
}

/**
 * The answer to a query that has a question: one A record when an address is given, else "no such record", with a lifetime
 * of 60 s. It speaks extended DNS (RFC 6891) when the query does.
 * @returns undefined when the question cannot be written as it was asked, so that no client would take the answer
 */
export function answerDns(query: Uint8Array, address?: string): Buffer | undefined {
  const bytes = bytesOf(query)
  const question = readQuestion(bytes)
  if (!question) return undefined
  const { name } = question
  const answer = attempt(() =>
    dnsPacket.encode({
      type: "response",
      id: bytes.readUInt16BE(0),
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE,
      questions: [question],
      answers: address === undefined ? [] : [{ type: "A", name, ttl: 60, data: address }],
      additionals: isExtended(bytes) ? [{ type: "OPT", name: "." }] : [],
    }),
  )
  const asAsked = answer && Bun.deepEquals(readQuestion(answer, { isQuery: false }), question)
  return asAsked ? answer : undefined
}

function readQuestion(bytes: Buffer, { isQuery = true } = {}) {
  if (bytes.length < HEADER || (bytes[2]! & 0x80) !== (isQuery ? 0 : 0x80)) return undefined
  if (bytes.readUInt16BE(4) === 0) return undefined
  return attempt(() => dnsPacket.question.decode(bytes, HEADER))
}

function isExtended(query: Buffer): boolean {
  const message = attempt(() => dnsPacket.decode(query))
  return message?.additionals.some(({ type }) => type === "OPT") ?? false
}

/** The library throws for whatever is malformed, and a program may send anything. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
