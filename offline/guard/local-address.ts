import { readFileSync } from "node:fs"
import { indexOf, slice, toHex, toUpperCase } from "../primordials.ts"

const V4 = "127.0.0.1"
const V6 = "::1"

/** The kernel's lists of this network's sockets, and how they spell addresses. */
const LIST4 = "/proc/net/tcp"
const LIST6 = "/proc/net/tcp6"
const LOOPBACK4 = "0100007F"
const ANY4 = "00000000"
const LOOPBACK6 = `${"0".repeat(24)}01000000`
const ANY6 = "0".repeat(32)

/**
 * The address to dial for `localhost`, which has two: 127.0.0.1, unless a server listens at ::1 alone, as many do. Of that
 * the kernel is asked, and no name server is. What listens at :: has both.
 * @param port undefined when none is to be dialled
 * @returns 127.0.0.1 when nothing listens, or the kernel does not say
 */
export function localAddress(port: number | undefined): string {
  if (port === undefined) return V4
  const six = read(LIST6)
  if (!listens(six, LOOPBACK6, ANY6, port) || listens(six, ANY6, ANY6, port)) return V4
  const four = read(LIST4)
  return listens(four, LOOPBACK4, ANY4, port) || listens(four, ANY4, ANY4, port) ? V4 : V6
}

/** Whether a list has a socket at that address that listens: its other end is `any`, and it is in state 0A. */
function listens(list: string, address: string, any: string, port: number): boolean {
  const digits = slice(`000${toUpperCase(toHex(port, 16))}`, -4)
  return indexOf(list, ` ${address}:${digits} ${any}:0000 0A `) !== -1
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1")
  } catch {
    return ""
  }
}
