import type { AcceptedFlow } from "./answerer.ts"
import type { CapturedPacket } from "./capture.ts"
import type { NameTable } from "./names.ts"
import { type Packet, parsePacket } from "./packet.ts"
import { describePayload, questionOf } from "./payload.ts"
import type { Sender } from "./sender.ts"

/** One thing that a program tried to reach outside loopback: a connection, a datagram, a name lookup. */
export interface Attempt {
  /** Milliseconds since the recording began. */
  at: number
  /** `tcp`, `udp`, `icmp`, `ip-<number>`, or `other` for what is not IP. */
  protocol: string
  family?: 4 | 6
  address?: string
  port?: number
  /** The host: the one that the address was given out for, or the one that was looked up. */
  name?: string
  /** What was asked for, where it can be read: `dns A example.org`, `tls example.org`, `https GET example.org/`. */
  what?: string
  /** How many packets were sent in it, and their size from the IP header on, in bytes. */
  packets: number
  bytes: number
  /** Undefined when it was not looked for, or was gone before it was found. */
  process?: Sender
}

/**
 * Finds what programs started in what left them: answers to others and later packets of a flow do not count.
 * @param requests what was asked for inside connections whose packets do not show it
 */
export function findAttempts(
  packets: CapturedPacket[],
  names: NameTable,
  requests: RequestTable = new RequestTable(),
): Attempt[] {
  const flows = new Map<string, Flow>()
  const ends = new Set<string>()
  const attempts: Attempt[] = []
  for (const captured of packets) {
    const packet = parsePacket(captured.bytes)
    const at = Math.round(captured.at)
    if (!packet) {
      attempts.push({ at, protocol: "other", packets: 1, bytes: captured.bytes.length })
      continue
    }
    const key = flowKey(packet)
    const flow = flows.get(key)
    if (flow && !startsAnew(packet, flow)) {
      count(captured, flow.attempt)
      flow.attempt.what ??= describePayload(packet)
    } else if (flow || !isAnswer(packet, ends)) {
      const attempt = describe(packet, at, names)
      count(captured, attempt)
      flows.set(key, { attempt, ends: endsKey(packet), sequence: packet.tcp?.sequence })
      ends.add(endsKey(packet))
      attempts.push(attempt)
    }
  }
  for (const { attempt, ends } of flows.values()) attempt.what = requests.of(ends) ?? attempt.what
  return attempts
}

/** What was asked for inside encrypted connections, by their ends. */
export class RequestTable {
  readonly #requests = new Map<string, string>()

  add(flow: AcceptedFlow, what: string): void {
    this.#requests.set(endsKey({ protocol: "tcp", ...flow }), what)
  }

  of(ends: string): string | undefined {
    return this.#requests.get(ends)
  }
}

interface Flow {
  ends: string
  attempt: Attempt
  /** TCP's first sequence number: another one on the same ports is another connection. */
  sequence?: number
}

function startsAnew(packet: Packet, flow: Flow): boolean {
  return packet.tcp?.opens === true && packet.tcp.sequence !== flow.sequence
}

function describe(packet: Packet, at: number, names: NameTable): Attempt {
  return {
    at,
    protocol: packet.protocol,
    family: packet.family,
    address: packet.destination,
    port: packet.destinationPort,
    name: questionOf(packet)?.name ?? names.nameOf(packet.destination),
    what: describePayload(packet),
    packets: 0,
    bytes: 0,
  }
}

function count({ bytes, process }: CapturedPacket, attempt: Attempt): void {
  attempt.packets++
  attempt.bytes += bytes.length
  attempt.process ??= process
}

/** One socket may look up many names, so the question belongs to it. */
function flowKey(packet: Packet): string {
  const question = questionOf(packet)
  return `${endsKey(packet)} ${question?.type} ${question?.name}`
}

type Ends = Pick<Packet, "protocol" | "source" | "sourcePort" | "destination" | "destinationPort">

function endsKey({ protocol, source, sourcePort, destination, destinationPort }: Ends): string {
  return [protocol, source, sourcePort, destination, destinationPort].join(" ")
}

const icmpErrors = { 4: [3, 11, 12], 6: [1, 2, 3, 4] }

/** Whether the packet goes back along a flow that is known: a reply, or an ICMP error about one of its packets. */
function isAnswer(packet: Packet, ends: Set<string>): boolean {
  if (packet.tcp?.opens) return false
  if (!packet.icmp || !icmpErrors[packet.family].includes(packet.icmp.type))
    return ends.has(endsKey(reversed(packet)))
  const about = parsePacket(packet.icmp.about)
  return about !== undefined && (ends.has(endsKey(about)) || ends.has(endsKey(reversed(about))))
}

function reversed(packet: Packet): Packet {
  return {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
  }
}
