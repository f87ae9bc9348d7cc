import { charCodeAt, indexOf, lastIndexOf, slice, toBigInt } from "../primordials.ts"

/** An IP address. IPv4-mapped IPv6 (`::ffff:a.b.c.d`) is the IPv4 address that it stands for. */
export interface Address {
  family: 4 | 6
  value: bigint
}

/** A block of addresses: those that share the first `bits` bits with `value`. */
export interface Block extends Address {
  bits: number
}

/** Whether the address lies in the block. */
export function contains(block: Block, address: Address): boolean {
  if (block.family !== address.family) return false
  const host = toBigInt((block.family === 4 ? 32 : 128) - block.bits)
  return block.value >> host === address.value >> host
}

/** Four decimal numbers, three dots, nothing else: the only form that `new URL` leaves of an IPv4 host. */
export function parseIPv4(text: string): Address | undefined {
  let value = 0n
  let octet = -1
  let dots = 0
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? DOT : charCodeAt(text, index)
    if (code === DOT) {
      if (octet < 0 || octet > 255) return undefined
      value = (value << 8n) | toBigInt(octet)
      octet = -1
      if (index < text.length) dots++
    } else {
      const digit = code - ZERO
      if (digit < 0 || digit > 9 || octet === 0) return undefined
      octet = (octet < 0 ? 0 : octet * 10) + digit
      if (octet > 255) return undefined
    }
  }
  return dots === 3 ? { family: 4, value } : undefined
}

/** IPv6 in any spelling of RFC 4291 (compressed, with an IPv4 tail), without brackets and zone. */
export function parseIPv6(text: string): Address | undefined {
  const gap = indexOf(text, "::")
  if (gap !== -1 && indexOf(text, "::", gap + 1) !== -1) return undefined
  const head = gap === -1 ? parseGroups(text, true) : parseGroups(slice(text, 0, gap), false)
  const tail = gap === -1 ? { value: 0n, groups: 0 } : parseGroups(slice(text, gap + 2), true)
  if (!head || !tail) return undefined
  const groups = head.groups + tail.groups
  if (gap === -1 ? groups !== 8 : groups > 7) return undefined
  const value = (head.value << toBigInt(16 * (8 - head.groups))) | tail.value
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value }
}

const ZERO = 48
const DOT = 46

/**
 * Groups between colons.
 * @param ends whether the address ends with them: then the last may be an IPv4 address, which counts for two
 */
function parseGroups(text: string, ends: boolean): { value: bigint; groups: number } | undefined {
  if (text === "") return { value: 0n, groups: 0 }
  let value = 0n
  let groups = 0
  for (let start = 0; start <= text.length; ) {
    const colon = indexOf(text, ":", start)
    const end = colon === -1 ? text.length : colon
    const group = slice(text, start, end)
    if (ends && end === text.length && lastIndexOf(group, ".") !== -1) {
      const tail = parseIPv4(group)
      return tail && { value: (value << 32n) | tail.value, groups: groups + 2 }
    }
    const number = parseGroup(group)
    if (number === undefined) return undefined
    value = (value << 16n) | number
    groups++
    start = end + 1
  }
  return { value, groups }
}

/** One to four hexadecimal digits. */
function parseGroup(text: string): bigint | undefined {
  if (text.length < 1 || text.length > 4) return undefined
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index) | 0x20
    const digit = code >= 97 && code <= 102 ? code - 87 : charCodeAt(text, index) - ZERO
    if (digit < 0 || digit > 15 || (digit > 9 && code < 97)) return undefined
    value = value * 16 + digit
  }
  return toBigInt(value)
}
