import { E, Memory, SECCOMP, syscall } from "./syscalls.ts"

// What stands where in the memory of the supervisor's one thread.
const NOTIFICATION = 0
const RESPONSE = 128
const ADD = 160
const VECTORS = 192
/** A socket's address: of a call, as long as that is answered. */
export const ADDRESS = 256
/** Small things that a system call takes or gives. */
export const SCRATCH = 512
/** A path, or a file of /proc. */
export const TEXT = 4096
/** What poll(2) looks at. */
export const POLLED = 16 * 1024
/** A datagram. */
export const DATA = 64 * 1024
export const DATA_SIZE = 128 * 1024

/** Memory of the supervisor's one thread: all of the above. */
export const memory = new Memory(DATA + DATA_SIZE)

const NOTIFICATION_SIZE = 80

/** A system call of a thread of the tree, which waits for its answer. */
export interface Call {
  /** The notification's id, in two halves. */
  readonly id: readonly [low: number, high: number]
  /** Of the thread, not of its process. */
  readonly thread: number
  readonly number: number
  /** Pointers and sizes. */
  readonly args: readonly number[]
  /** The same as the kernel takes an `int`. */
  readonly ints: readonly number[]
}

/** The listener, on which the kernel asks. */
export class Channel {
  constructor(readonly listener: number) {
    // Who waits and who answers take turns, so they share a processor instead of waking another. Kernels before 6.6 refuse it,
    // and take longer.
    syscall("ioctl", listener, SECCOMP.IOC_SET_FLAGS, SECCOMP.SYNC_WAKE_UP)
  }

  /** The next call that waits; undefined when its thread has gone in the meantime. */
  receive(): Call | undefined {
    memory.bytes.fill(0, NOTIFICATION, NOTIFICATION + NOTIFICATION_SIZE)
    const at = memory.address + NOTIFICATION
    if (syscall("ioctl", this.listener, SECCOMP.IOC_RECV, at) < 0) return undefined
    const args = [0, 0, 0, 0, 0, 0]
    const ints = [0, 0, 0, 0, 0, 0]
    for (let index = 0; index < 6; index++) {
      args[index] = memory.u64(NOTIFICATION + 32 + 8 * index)
      ints[index] = memory.i32(NOTIFICATION + 32 + 8 * index)
    }
    return {
      id: [memory.u32(NOTIFICATION), memory.u32(NOTIFICATION + 4)],
      thread: memory.u32(NOTIFICATION + 8),
      number: memory.u32(NOTIFICATION + 16),
      args,
      ints,
    }
  }

  /** Whether the thread still waits: else its number may be another's by now. */
  isValid({ id }: Call): boolean {
    putId(RESPONSE, id)
    return syscall("ioctl", this.listener, SECCOMP.IOC_ID_VALID, memory.address + RESPONSE) === 0
  }

  /**
   * Ends the call.
   * @param result what it gives, or the negated error number
   * @returns whether the thread was still there to take it
   */
  answer(call: Call, result: number): boolean {
    return this.respond(call, Math.max(result, 0), Math.min(result, 0), 0)
  }

  /** Has the kernel make the call as it stands by now. Only for what cannot leave this machine, whatever it has become. */
  proceed(call: Call): void {
    this.respond(call, 0, 0, SECCOMP.CONTINUE)
  }

  private respond({ id }: Call, value: number, error: number, flags: number): boolean {
    putId(RESPONSE, id)
    memory.setU64(RESPONSE + 8, value)
    memory.view.setInt32(RESPONSE + 16, error, true)
    memory.setU32(RESPONSE + 20, flags)
    return syscall("ioctl", this.listener, SECCOMP.IOC_SEND, memory.address + RESPONSE) >= 0
  }

  /**
   * Puts a descriptor of the supervisor's into the caller's table, and ends the call with its number.
   * @returns the error number, negated, when it could not; the call still waits then
   */
  giveResult(call: Call, descriptor: number, closeOnExec: boolean): number {
    return this.give(call, descriptor, 0, closeOnExec, SECCOMP.ADDFD_SEND)
  }

  /** Puts a descriptor of the supervisor's in the place of one of the caller's. The call still waits. */
  replace(call: Call, descriptor: number, place: number, closeOnExec: boolean): number {
    return this.give(call, descriptor, place, closeOnExec, SECCOMP.ADDFD_SETFD)
  }

  private give({ id }: Call, descriptor: number, place: number, closeOnExec: boolean, flags: number): number {
    putId(ADD, id)
    memory.setU32(ADD + 8, flags)
    memory.setU32(ADD + 12, descriptor)
    memory.setU32(ADD + 16, place)
    memory.setU32(ADD + 20, closeOnExec ? 0x80000 : 0)
    return syscall("ioctl", this.listener, SECCOMP.IOC_ADDFD, memory.address + ADD)
  }
}

export function putId(offset: number, [low, high]: Call["id"]): void {
  memory.setU32(offset, low)
  memory.setU32(offset + 4, high)
}

/**
 * Copies memory of a thread. What was copied is what is decided on: the thread may write over it at once.
 * @param to where it goes in {@link memory}
 * @returns 0, or the error number, negated
 */
export function readFrom(thread: number, address: number, length: number, to: number): number {
  return transfer("process_vm_readv", thread, address, length, to)
}

/** The other way round. */
export function writeTo(thread: number, address: number, length: number, from: number): number {
  return transfer("process_vm_writev", thread, address, length, from)
}

export function transfer(
  call: "process_vm_readv" | "process_vm_writev",
  thread: number,
  address: number,
  length: number,
  at: number,
): number {
  if (length === 0) return 0
  memory.setU64(VECTORS, memory.address + at)
  memory.setU64(VECTORS + 8, length)
  memory.setU64(VECTORS + 16, address)
  memory.setU64(VECTORS + 24, length)
  const own = memory.address + VECTORS
  const result = syscall(call, thread, own, 1, own + 16, 1)
  if (result === length) return 0
  // A process that may not be looked into is not answered as if its pointer were wrong.
  return result === -E.PERM ? -E.ACCES : -E.FAULT
}
