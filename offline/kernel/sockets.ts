import { ADDRESS, type Call, type Channel, memory, SCRATCH, TEXT } from "./channel.ts"
import { AT_FDCWD, E, F, O, PIDFD_THREAD, SO, SOL_SOCKET, syscall } from "./syscalls.ts"

// The socket itself is what is judged and acted on, not its number: another thread of the caller may exchange what a number
// stands for, but not what the supervisor holds.

/** Gets at the sockets of the tree. */
export interface Sockets {
  /** Whether it gets at each, also of what it did not make. */
  readonly knowsAll: boolean
  /** The supervisor's own descriptor of the caller's socket, or the error number, negated. */
  take(call: Call, descriptor: number): number
  /** To be called when that is done with. `over` says that nothing more is to come for this socket. */
  release(descriptor: number, over: boolean): void
  /** A socket that the supervisor made and has given to the tree. */
  made(descriptor: number): void
}

/** Takes them out of the caller's own table. */
export class DirectSockets implements Sockets {
  readonly knowsAll = true
  /** The thread that asked last, which often asks again, and its pidfd; 0 for none. Never a pidfd of a whole process. */
  private lastThread = 0
  private last = -1

  constructor(private readonly channel: Channel) {}

  take(call: Call, descriptor: number): number {
    if (call.thread === this.lastThread) {
      // As long as that thread lives its number is nobody else's, so it is the caller.
      const taken = syscall("pidfd_getfd", this.last, descriptor)
      if (taken !== -E.SRCH) return taken === -E.PERM ? -E.ACCES : taken
    }
    this.forget()
    return this.takeAnew(call, descriptor)
  }

  private takeAnew(call: Call, descriptor: number): number {
    const { opened, isThread } = openProcess(call.thread)
    if (opened < 0) return -E.ACCES
    // The number was that of the caller when it was opened, if the caller still waits now.
    const isCaller = this.channel.isValid(call)
    const taken = isCaller ? syscall("pidfd_getfd", opened, descriptor) : -E.ACCES
    if (isCaller && isThread) {
      this.last = opened
      this.lastThread = call.thread
    } else syscall("close", opened)
    return taken === -E.PERM ? -E.ACCES : taken
  }

  private forget(): void {
    if (this.lastThread !== 0) syscall("close", this.last)
    this.lastThread = 0
  }

  release(descriptor: number): void {
    syscall("close", descriptor)
  }

  made(descriptor: number): void {
    syscall("close", descriptor)
  }
}

/** Keeps what it made, by inode: for where a container forbids to take descriptors out of other processes. */
export class BrokeredSockets implements Sockets {
  readonly knowsAll = false
  private readonly held = new Map<number, number>()

  constructor(private readonly channel: Channel) {}

  take(call: Call, descriptor: number): number {
    const link = readLink(`/proc/${call.thread}/fd/${descriptor}`)
    if (!this.channel.isValid(call)) return -E.ACCES
    if (link === undefined) return -E.BADF
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    if (inode === undefined) return -E.NOTSOCK
    return this.held.get(Number(inode)) ?? -E.ACCES
  }

  release(descriptor: number, over: boolean): void {
    if (!over) return
    this.held.delete(inodeOf(descriptor))
    syscall("close", descriptor)
  }

  made(descriptor: number): void {
    this.held.set(inodeOf(descriptor), descriptor)
    if (this.held.size <= HELD) return
    const [inode, oldest] = this.held.entries().next().value!
    this.held.delete(inode)
    syscall("close", oldest)
  }
}

/** Sockets that are kept; the oldest are given up, and can then not be connected any more. */
const HELD = 1024

/** A pidfd of a thread or, where the kernel has none of threads, of the process that it is of. */
function openProcess(thread: number): { opened: number; isThread: boolean } {
  const opened = syscall("pidfd_open", thread, PIDFD_THREAD)
  if (opened !== -E.INVAL) return { opened, isThread: true }
  // Kernels before 6.9 know processes only.
  const process = processOf(thread)
  return { opened: process === undefined ? -E.ACCES : syscall("pidfd_open", process), isThread: false }
}

/** The process that a thread is of. */
export function processOf(thread: number): number | undefined {
  const found = /^Tgid:\s*(\d+)$/m.exec(readProc(`/proc/${thread}/status`))?.[1]
  return found === undefined ? undefined : Number(found)
}

/** The name of the program that a thread runs, as the kernel has it, in one line: a program can give itself any. */
export function programOf(thread: number): string {
  return (
    readProc(`/proc/${thread}/comm`)
      .trim()
      .replace(/\p{Cc}/gu, "?") || "unknown"
  )
}

/** A small file of /proc, through memory that is always the same; empty when it cannot be read. */
export function readProc(file: string): string {
  const descriptor = syscall("openat", AT_FDCWD, memory.text(TEXT, file), O.CLOEXEC)
  if (descriptor < 0) return ""
  const length = syscall("read", descriptor, memory.address + TEXT, TEXT_SIZE)
  syscall("close", descriptor)
  return length > 0 ? decode(TEXT, length) : ""
}

/** Where a link leads; undefined when it cannot be read. */
export function readLink(file: string): string | undefined {
  const name = memory.text(TEXT, file)
  const length = syscall("readlinkat", AT_FDCWD, name, memory.address + TEXT + 512, TEXT_SIZE - 512)
  return length < 0 ? undefined : decode(TEXT + 512, length)
}

const TEXT_SIZE = 8192

function decode(offset: number, length: number): string {
  return decodeBytes(memory.bytes.subarray(offset, offset + length))
}

export function decodeBytes(bytes: Uint8Array): string {
  return DECODER.decode(bytes)
}

const DECODER = new TextDecoder()

/** A number option of a socket, or the error number, negated. */
export function option(descriptor: number, name: number, level = SOL_SOCKET): number {
  memory.setU32(SCRATCH, 4)
  memory.setU32(SCRATCH + 8, 0)
  const at = memory.address + SCRATCH
  const result = syscall("getsockopt", descriptor, level, name, at + 8, at)
  return result < 0 ? result : memory.i32(SCRATCH + 8)
}

/** What tells the network namespace of a socket from others; undefined where the kernel does not say. */
export function networkOf(descriptor: number): string | undefined {
  memory.setU32(SCRATCH, 8)
  const at = memory.address + SCRATCH
  const result = syscall("getsockopt", descriptor, SOL_SOCKET, SO.NETNS_COOKIE, at + 8, at)
  return result < 0 ? undefined : `${memory.u32(SCRATCH + 8)}.${memory.u32(SCRATCH + 12)}`
}

export function setOption(descriptor: number, name: number, value: number): number {
  memory.setU32(SCRATCH + 8, value)
  return syscall("setsockopt", descriptor, SOL_SOCKET, name, memory.address + SCRATCH + 8, 4)
}

/** The error that a connect which was waited for has left, negated. */
export function pendingError(descriptor: number): number {
  const left = option(descriptor, SO.ERROR)
  return left > 0 ? -left : left
}

/** Reads where a socket is bound to into `ADDRESS`. */
export function readLocalAddress(descriptor: number): number {
  memory.setU32(SCRATCH, 128)
  return syscall("getsockname", descriptor, memory.address + ADDRESS, memory.address + SCRATCH)
}

export function fileFlags(descriptor: number): number {
  return syscall("fcntl", descriptor, F.GETFL)
}

export function setFileFlags(descriptor: number, flags: number): void {
  syscall("fcntl", descriptor, F.SETFL, flags)
}

/** Device and inode of an open file, as text. */
export function identityOf(descriptor: number): string | undefined {
  if (syscall("fstat", descriptor, memory.address + SCRATCH) < 0) return undefined
  return [0, 4, 8, 12].map((offset) => memory.u32(SCRATCH + offset)).join(".")
}

/** The inode of an open file. */
export function inodeOf(descriptor: number): number {
  return syscall("fstat", descriptor, memory.address + SCRATCH) < 0 ? -1 : memory.u64(SCRATCH + 8)
}
