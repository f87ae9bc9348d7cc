import { dlopen, FFIType, ptr, read } from "bun:ffi"
import { NotPossible } from "./not-possible.ts"

// The only file that knows system call numbers, constants and layouts of the kernel's interface. From the kernel's headers:
// asm/unistd_64.h for x64, asm-generic/unistd.h for arm64.

/** What differs from one machine to another. */
export interface Machine {
  /** AUDIT_ARCH of native calls. */
  audit: number
  /** From here on numbers are x32's, which are the same calls in another form. */
  foreignFrom?: number
  /** AUDIT_ARCH and numbers of the 32-bit calls that open, lead or send through a socket, or get at another process. */
  compat: { audit: number; numbers: number[] }
  nr: Record<Name, number>
}

const NAMES =
  "socket connect bind listen sendto recvfrom sendmsg sendmmsg socketpair setsockopt getsockopt getsockname getpeername shutdown accept4 fcntl ioctl close fstat openat readlinkat read write ppoll seccomp prctl capget capset kill getppid process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd landlock_create_ruleset landlock_restrict_self io_uring_setup io_uring_enter io_uring_register ptrace bpf setns kcmp unshare waitid recvmsg madvise" as const

type Split<T extends string> = T extends `${infer First} ${infer Rest}` ? First | Split<Rest> : T
/** A system call that is made here, or that a filter names. */
export type Name = Split<typeof NAMES>

/** In the order of NAMES. */
function numbers(list: number[]): Record<Name, number> {
  return Object.fromEntries(NAMES.split(" ").map((name, index) => [name, list[index]!])) as Record<
    Name,
    number
  >
}

export const MACHINES: Record<"x64" | "arm64", Machine> = {
  x64: {
    audit: 0xc000003e,
    foreignFrom: 0x40000000,
    // socketcall, socket, socketpair, bind, connect, listen, setsockopt, sendto, sendmsg, sendmmsg, ptrace,
    // process_vm_writev, io_uring_*, pidfd_getfd
    compat: {
      audit: 0x40000003,
      numbers: [102, 359, 360, 361, 362, 363, 366, 369, 370, 345, 26, 348, 425, 426, 427, 438],
    },
    nr: numbers([
      41, 42, 49, 50, 44, 45, 46, 307, 53, 54, 55, 51, 52, 48, 288, 72, 16, 3, 5, 257, 267, 0, 1, 271, 317,
      157, 125, 126, 62, 110, 310, 311, 440, 434, 438, 444, 446, 425, 426, 427, 101, 321, 308, 312, 272, 247,
      47, 28,
    ]),
  },
  arm64: {
    audit: 0xc00000b7,
    // socket, socketpair, bind, connect, listen, setsockopt, sendto, sendmsg, sendmmsg, ptrace, process_vm_writev,
    // io_uring_*, pidfd_getfd
    compat: {
      audit: 0x40000028,
      numbers: [281, 288, 282, 283, 284, 294, 290, 296, 374, 26, 377, 425, 426, 427, 438],
    },
    nr: numbers([
      198, 203, 200, 201, 206, 207, 211, 269, 199, 208, 209, 204, 205, 210, 242, 25, 29, 57, 80, 56, 78, 63,
      64, 73, 277, 167, 90, 91, 129, 173, 270, 271, 440, 434, 438, 444, 446, 425, 426, 427, 117, 280, 268,
      272, 97, 95, 212, 233,
    ]),
  },
}

/** The machine that this runs on; undefined where kernel mode knows no numbers. */
export function thisMachine(): Machine | undefined {
  return MACHINES[process.arch as keyof typeof MACHINES]
}

/** Constants, by the header that they stand in. */
export const AF = { UNSPEC: 0, UNIX: 1, INET: 2, INET6: 10, NETLINK: 16, VSOCK: 40 } as const
export const SOCK = {
  STREAM: 1,
  DGRAM: 2,
  SEQPACKET: 5,
  NONBLOCK: 0x800,
  CLOEXEC: 0x80000,
  TYPE: 0xf,
} as const
export const IPPROTO = { TCP: 6, UDP: 17, IPV6: 41 } as const
export const SOL_SOCKET = 1
export const SCM_RIGHTS = 1
export const SO = {
  TYPE: 3,
  ERROR: 4,
  PASSCRED: 16,
  PEERCRED: 17,
  RCVTIMEO: 20,
  SNDTIMEO: 21,
  BINDTODEVICE: 25,
  MARK: 36,
  DOMAIN: 39,
  BINDTOIFINDEX: 62,
  NETNS_COOKIE: 71,
} as const
export const IPV6_V6ONLY = 26
export const MSG = { DONTWAIT: 0x40, NOSIGNAL: 0x4000, FASTOPEN: 0x20000000 } as const
export const O = { NONBLOCK: 0x800, CLOEXEC: 0x80000, PATH: 0x200000 } as const
export const F = { SETFD: 2, GETFL: 3, SETFL: 4 } as const
export const FD_CLOEXEC = 1
export const SHUT_RD = 0
export const POLL = { IN: 1, OUT: 4, ERR: 8, HUP: 16 } as const
export const PR = {
  PDEATHSIG: 1,
  DUMPABLE: 4,
  CAPBSET_DROP: 24,
  CHILD_SUBREAPER: 36,
  NO_NEW_PRIVS: 38,
} as const
export const TERMINAL_INPUT = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const
export const SECCOMP = {
  SET_FILTER: 1,
  NEW_LISTENER: 8,
  WAIT_KILLABLE: 32,
  ALLOW: 0x7fff0000,
  NOTIFY: 0x7fc00000,
  ERRNO: 0x00050000,
  IOC_RECV: 0xc0502100,
  IOC_SEND: 0xc0182101,
  IOC_ID_VALID: 0x40082102,
  IOC_ADDFD: 0x40182103,
  IOC_SET_FLAGS: 0x40082104,
  SYNC_WAKE_UP: 1,
  CONTINUE: 1,
  ADDFD_SETFD: 1,
  ADDFD_SEND: 2,
} as const
export const LANDLOCK = { VERSION: 1, SCOPES: 3, SCOPES_SINCE: 6 } as const
/** `waitid` of one process that has stopped, without waiting. */
export const WAIT_STOPPED = { P_PID: 1, OPTIONS: 2 | 1 } as const
export const PIDFD_THREAD = 0x80
export const MADV_DONTNEED = 4
export const AT_FDCWD = -100
/** The interface `lo` of every network namespace. */
export const LOOPBACK_INTERFACE = 1

export const E = {
  PERM: 1,
  NOENT: 2,
  SRCH: 3,
  INTR: 4,
  BADF: 9,
  AGAIN: 11,
  ACCES: 13,
  FAULT: 14,
  BUSY: 16,
  INVAL: 22,
  NOSYS: 38,
  NOTSOCK: 88,
  MSGSIZE: 90,
  PROTONOSUPPORT: 93,
  OPNOTSUPP: 95,
  AFNOSUPPORT: 97,
  NETUNREACH: 101,
  ISCONN: 106,
  ALREADY: 114,
  INPROGRESS: 115,
} as const

/** Capabilities by which root could undo the confinement, or reach the network beside it (linux/capability.h). */
export const UNDOING_CAPABILITIES: Record<string, number> = {
  DAC_READ_SEARCH: 2,
  NET_ADMIN: 12,
  NET_RAW: 13,
  SYS_MODULE: 16,
  SYS_RAWIO: 17,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
}

const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1", "libc.so"]
const SYMBOLS = {
  syscall: { args: Array<FFIType>(7).fill(FFIType.i64), returns: FFIType.i64_fast },
  __errno_location: { args: [], returns: FFIType.ptr },
} as const

interface Library {
  syscall(...args: number[]): number | bigint
  __errno_location(): number
}

let library: Library | undefined
let libraryName = ""
let errnoAt = 0
let nr: Record<Name, number> | undefined

/**
 * Makes a system call from this thread.
 * @param args as the kernel takes them; those that are not given are 0
 * @returns its result, or the negated error number
 * @throws Error where there is no C library, or the machine is unknown
 */
export function syscall(name: Name, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
  library ??= open()
  const result = Number(library.syscall(nr![name], a, b, c, d, e, f))
  return result === -1 ? -read.i32(errnoAt as never, 0) : result
}

/** Whether the C library of this process, and so most likely of this system, is musl. */
export function isMusl(): boolean {
  library ??= open()
  return libraryName.includes("musl")
}

function open(): Library {
  nr = thisMachine()?.nr
  if (!nr) throw new Error(`no system call numbers are known for ${process.arch}`)
  for (const name of LIBRARIES) {
    try {
      const { symbols } = dlopen(name, SYMBOLS)
      errnoAt = symbols.__errno_location() as unknown as number
      libraryName = name
      return symbols as unknown as Library
    } catch {}
  }
  throw new NotPossible(
    `no C library could be opened (tried ${LIBRARIES.join(", ")})`,
    "Let this program make memory executable, as without MemoryDenyWriteExecute= of systemd.",
  )
}

/**
 * Memory that the kernel reads and writes, made once: the address of a small typed array of its own changes as soon as
 * its buffer is asked for.
 */
export class Memory {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly address: number

  constructor(size: number) {
    const buffer = new ArrayBuffer(Math.max(size, 4096))
    this.bytes = new Uint8Array(buffer)
    this.view = new DataView(buffer)
    this.address = ptr(this.bytes) as unknown as number
  }

  i32(offset: number): number {
    return this.view.getInt32(offset, true)
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, true)
  }

  setU32(offset: number, value: number): void {
    this.view.setUint32(offset, value, true)
  }

  /** A pointer or a size: more than 2^53 is none of either. */
  u64(offset: number): number {
    return this.u32(offset + 4) * 0x100000000 + this.u32(offset)
  }

  setU64(offset: number, value: number): void {
    this.setU32(offset, value % 0x100000000)
    this.setU32(offset + 4, Math.floor(value / 0x100000000))
  }

  /** Writes a NUL-terminated string and gives its address. */
  text(offset: number, text: string): number {
    const { written } = ENCODER.encodeInto(text, this.bytes.subarray(offset))
    this.bytes[offset + written] = 0
    return this.address + offset
  }
}

const ENCODER = new TextEncoder()
