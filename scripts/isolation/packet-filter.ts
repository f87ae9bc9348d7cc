/**
 * The kernel-side filter of the capture, as the array of `struct sock_filter` that SO_ATTACH_FILTER takes.
 * It keeps a packet when it leaves (over the loopback device each is seen twice, once on its way out) and is
 * not from loopback to loopback: 127/8 in IPv4, ::1 in IPv6. What is neither IPv4 nor IPv6 is kept.
 */
export function leavingAndForeign(largestPacket: number): Buffer {
  return assemble([
    loadWord(PACKET_TYPE),
    unless(PACKET_OUTGOING, "drop"),
    loadWord(PROTOCOL),
    unless(0x0800, "not IPv4"),
    loadByte(12),
    unless(127, "keep"),
    loadByte(16),
    unless(127, "keep"),
    finish(0),
    label("not IPv4"),
    unless(0x86dd, "keep"),
    ...isIPv6Loopback(8),
    ...isIPv6Loopback(24),
    label("drop"),
    finish(0),
    label("keep"),
    finish(largestPacket),
  ])
}

// Classic BPF, linux/filter.h; offsets from 0xfffff000 on are the kernel's own facts about the packet.
const PROTOCOL = 0xfffff000
const PACKET_TYPE = 0xfffff004
const PACKET_OUTGOING = 4
const LOAD_WORD = 0x20
const LOAD_BYTE = 0x30
const JUMP_IF_EQUAL = 0x15
const RETURN = 0x06

type Step = { label: string } | { code: number; operand: number; otherwise?: string }

const loadWord = (offset: number): Step => ({ code: LOAD_WORD, operand: offset })
const loadByte = (offset: number): Step => ({ code: LOAD_BYTE, operand: offset })
const unless = (value: number, otherwise: string): Step => ({
  code: JUMP_IF_EQUAL,
  operand: value,
  otherwise,
})
const finish = (bytes: number): Step => ({ code: RETURN, operand: bytes })
const label = (name: string): Step => ({ label: name })

function isIPv6Loopback(offset: number): Step[] {
  return [0, 0, 0, 1].flatMap((word, index) => [loadWord(offset + index * 4), unless(word, "keep")])
}

function assemble(steps: Step[]): Buffer {
  const targets = new Map<string, number>()
  const instructions: { code: number; operand: number; otherwise?: string }[] = []
  for (const step of steps) {
    if ("label" in step) targets.set(step.label, instructions.length)
    else instructions.push(step)
  }
  const bytes = Buffer.alloc(instructions.length * 8)
  for (const [index, { code, operand, otherwise }] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    if (otherwise) bytes.writeUInt8(targets.get(otherwise)! - index - 1, index * 8 + 3)
    bytes.writeUInt32LE(operand, index * 8 + 4)
  }
  return bytes
}
