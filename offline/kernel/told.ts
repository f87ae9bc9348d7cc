import type { ProgramDenial } from "../denials.ts"
import { AF, F, FD_CLOEXEC, Memory, MSG, SHUT_RD, SO, SOCK, SOL_SOCKET, syscall } from "./syscalls.ts"

// How OpenCode hears what its programs were denied, for its own log: the launcher sends it through a pair of sockets. The launcher
// never reads from them and never waits. What OpenCode does not take in time, as it is stopped, is left out.

/** OpenCode's descriptor of its socket. */
export const TOLD = 3

/** A message is one denial. */
const SIZE = 4096

/** The launcher's socket, and the one that OpenCode is to be started with; undefined where there is none to be had. */
export function makeTold(): { own: number; other: number } | undefined {
  const memory = new Memory(SIZE)
  if (syscall("socketpair", AF.UNIX, SOCK.SEQPACKET | SOCK.CLOEXEC, 0, memory.address) < 0) return undefined
  const [own, other] = [memory.i32(0), memory.i32(4)]
  syscall("shutdown", own, SHUT_RD)
  return { own, other }
}

/** @returns what tells OpenCode of one denial */
export function teller(socket: number): (denial: ProgramDenial) => void {
  const memory = new Memory(SIZE)
  return (denial) => {
    const text = JSON.stringify(denial)
    const length = Buffer.byteLength(text)
    if (length < SIZE) syscall("sendto", socket, memory.text(0, text), length, MSG.DONTWAIT | MSG.NOSIGNAL)
  }
}

/** In OpenCode: calls `heard` with each denial, as long as something else keeps the process alive. */
export function hear(heard: (denial: ProgramDenial) => void): void {
  const memory = new Memory(SIZE)
  memory.setU32(0, 4)
  const asked = syscall("getsockopt", TOLD, SOL_SOCKET, SO.TYPE, memory.address + 8, memory.address)
  // Whoever starts it may have put something else there, or nothing.
  if (asked < 0 || memory.u32(8) !== SOCK.SEQPACKET) return
  // OpenCode's own children get none of it.
  syscall("fcntl", TOLD, F.SETFD, FD_CLOEXEC)
  const socket = {
    open: (own: Bun.Socket) => own.unref(),
    data: (_: Bun.Socket, message: Buffer) => heard(JSON.parse(message.toString())),
  }
  // Its types do not know that a descriptor can be named.
  Bun.connect({ fd: TOLD, socket } as object as Bun.UnixSocketOptions).catch(() => {})
}
