import type { ProgramDenial } from "../denials.ts"
import { ADDRESS, type Call, type Channel, memory, readFrom } from "./channel.ts"
import type { Asker, Stub } from "./dns.ts"
import type { Loop } from "./loop.ts"
import { hostOfBytes, type Place, type Reach } from "./reach.ts"
import type { KernelSettings } from "./settings.ts"
import { processOf, programOf, type Sockets } from "./sockets.ts"
import { AF, E } from "./syscalls.ts"

/** All that the answers to the tree's calls are made of. */
export interface Tree {
  channel: Channel
  sockets: Sockets
  reach: Reach
  loop: Loop
  stub: Stub
  settings: KernelSettings
  /** The network namespace that the supervisor is in. */
  network: string | undefined
  /** Tells the launcher of a denial; undefined when it does not want to know. */
  tell: ((denial: ProgramDenial) => void) | undefined
}

/** The process and the program of a thread that waits for an answer. */
export function askerOf(thread: number): Asker {
  return { pid: processOf(thread) ?? thread, program: programOf(thread) }
}

/** Tells of a call that is denied, and whose it is. */
export function tellDeniedCall(
  { tell }: Pick<Tree, "tell">,
  { thread }: Call,
  api: string,
  host: string,
  port: number | null,
): void {
  tell?.({ time: Date.now(), ...askerOf(thread), api, host, port })
}

/** The longest address that the kernel takes. */
const LONGEST = 128

/**
 * Copies the address that a call was given to `ADDRESS`.
 * @returns its length, or the error number, negated
 */
export function copyAddress(call: Call, pointer: number, length: number): number {
  if (length < 2 || length > LONGEST) return -E.INVAL
  memory.bytes.fill(0, ADDRESS, ADDRESS + LONGEST)
  const failed = readFrom(call.thread, pointer, length, ADDRESS)
  return failed || length
}

export function familyAtAddress(): number {
  return memory.view.getUint16(ADDRESS, true)
}

/**
 * What the address at `ADDRESS` says, for the families of the internet.
 * @returns undefined when it is shorter than its family's
 */
export function placeAtAddress(length: number): Place | undefined {
  const isV6 = familyAtAddress() === AF.INET6
  if (length < (isV6 ? 24 : 16)) return undefined
  const at = ADDRESS + (isV6 ? 8 : 4)
  const host = hostOfBytes(memory.bytes.slice(at, at + (isV6 ? 16 : 4)))
  return host && { host, port: memory.view.getUint16(ADDRESS + 2) }
}
