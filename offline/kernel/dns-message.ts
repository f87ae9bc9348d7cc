import type { Host } from "../policy/host.ts"
import { hostOfBytes } from "./reach.ts"

// DNS messages (RFC 1035), as far as a stub has to understand them.

export interface Question {
  id: number
  /** Lower case, without the last dot. */
  name: string
  type: number
  /** Bytes of the question: name, type, class. */
  bytes: Uint8Array
  /** Whether extended DNS is spoken (RFC 6891): then an answer may be longer than 512 bytes. */
  extended: boolean
}

export const TYPE = { A: 1, AAAA: 28 } as const
const RCODE = { OK: 0, SERVER_FAILED: 2, NO_SUCH_NAME: 3 } as const
const HEADER = 12
const INTERNET = 1

/** The one question of a query; undefined when the bytes are none that a stub could answer. */
export function readQuestion(query: Uint8Array): Question | undefined {
  if (query.length < HEADER + 5) return undefined
  const view = viewOf(query)
  const isQuery = (view.getUint16(2) & 0xf800) === 0
  if (!isQuery || view.getUint16(4) !== 1 || view.getUint16(6) !== 0 || view.getUint16(8) !== 0)
    return undefined
  const name = readName(query, HEADER)
  if (!name || name.compressed || name.end + 4 > query.length) return undefined
  if (view.getUint16(name.end + 2) !== INTERNET) return undefined
  return {
    id: view.getUint16(0),
    name: name.text,
    type: view.getUint16(name.end),
    bytes: query.slice(HEADER, name.end + 4),
    extended: view.getUint16(10) > 0,
  }
}

/** An answer that there is no such name: a resolver asks no one else then, and waits for nothing. */
export function noSuchName(question: Question): Uint8Array {
  return message(question, 0x8180 | RCODE.NO_SUCH_NAME)
}

/** An answer that no name server could be asked. */
export function serverFailed(question: Question): Uint8Array {
  return message(question, 0x8180 | RCODE.SERVER_FAILED)
}

/** An answer for a name of this machine. */
export function thisMachine(question: Question): Uint8Array {
  const address =
    question.type === TYPE.A ? [127, 0, 0, 1] : question.type === TYPE.AAAA ? IPV6_LOOPBACK : undefined
  if (!address) return message(question, 0x8180)
  const record = [0xc0, HEADER, 0, question.type, 0, INTERNET, 0, 0, 0, 60, 0, address.length, ...address]
  return message(question, 0x8180, { answers: 1, rest: record })
}

const IPV6_LOOPBACK = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

/** What is sent to the name server: the question and nothing else of what the tree has written. */
export function forwarded(question: Question, id: number): Uint8Array {
  const extension = question.extended ? [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0] : []
  return message({ ...question, id, bytes: lowered(question.bytes) }, 0x0100, {
    additional: question.extended ? 1 : 0,
    rest: extension,
  })
}

/** Whether a message answers a question that was sent with this id. */
export function answers(answer: Uint8Array, question: Question, id: number): boolean {
  if (answer.length < HEADER + question.bytes.length) return false
  const view = viewOf(answer)
  if (view.getUint16(0) !== id || (view.getUint16(2) & 0x8000) === 0 || view.getUint16(4) !== 1) return false
  const asked = readName(answer, HEADER)
  return asked?.text === question.name && viewOf(answer).getUint16(asked.end) === question.type
}

/** The addresses in an answer. */
export function addressesIn(answer: Uint8Array): Host[] {
  const view = viewOf(answer)
  let offset = HEADER
  for (let index = 0; index < view.getUint16(4); index++) {
    const name = readName(answer, offset)
    if (!name) return []
    offset = name.end + 4
  }
  const found: Host[] = []
  for (let index = 0; index < view.getUint16(6); index++) {
    const name = readName(answer, offset)
    if (!name || name.end + 10 > answer.length) return found
    const type = view.getUint16(name.end)
    const length = view.getUint16(name.end + 8)
    const data = answer.subarray(name.end + 10, name.end + 10 + length)
    const host = type === TYPE.A || type === TYPE.AAAA ? hostOfBytes(data) : undefined
    if (host) found.push(host)
    offset = name.end + 10 + length
  }
  return found
}

/** The answer to the question as the tree has written it. */
export function answerTo(question: Question, answer: Uint8Array): Uint8Array {
  const copy = answer.slice()
  viewOf(copy).setUint16(0, question.id)
  copy.set(question.bytes, HEADER)
  return copy
}

/** In capitals and small letters a message could hide. */
function lowered(question: Uint8Array): Uint8Array {
  const name = question.length - 4
  return question.map((code, index) => (index < name && code >= 65 && code <= 90 ? code + 32 : code))
}

function message(
  { id, bytes }: Question,
  flags: number,
  { answers = 0, additional = 0, rest = [] as number[] } = {},
): Uint8Array {
  const whole = new Uint8Array(HEADER + bytes.length + rest.length)
  const view = viewOf(whole)
  view.setUint16(0, id)
  view.setUint16(2, flags)
  view.setUint16(4, 1)
  view.setUint16(6, answers)
  view.setUint16(10, additional)
  whole.set(bytes, HEADER)
  whole.set(rest, HEADER + bytes.length)
  return whole
}

/** A label with a dot or a byte beyond ASCII in it is of no host: such a name reads as one that is never allowed. */
function readName(
  bytes: Uint8Array,
  start: number,
): { text: string; end: number; compressed: boolean } | undefined {
  const labels: string[] = []
  let end: number | undefined
  let offset = start
  for (let jumps = 0; jumps < 128; jumps++) {
    const length = bytes[offset]
    if (length === undefined) return undefined
    if (length === 0)
      return { text: labels.join(".").toLowerCase(), end: end ?? offset + 1, compressed: end !== undefined }
    if (length >= 0xc0) {
      const low = bytes[offset + 1]
      if (low === undefined) return undefined
      end ??= offset + 2
      offset = ((length & 0x3f) << 8) | low
    } else if (length > 63 || offset + length >= bytes.length) return undefined
    else {
      labels.push(Array.from(bytes.subarray(offset + 1, offset + 1 + length), letter).join(""))
      offset += length + 1
    }
  }
  return undefined
}

function letter(code: number): string {
  const text = String.fromCharCode(code)
  return /[a-z0-9_-]/i.test(text) ? text : "\0"
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
