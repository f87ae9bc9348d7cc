import { dlopen, FFIType, read } from "bun:ffi"

const { i32, u32, u64, ptr } = FFIType

const symbols = {
  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, ptr, u32], returns: i32 },
  sendto: { args: [i32, ptr, u64, i32, ptr, u32], returns: i32 },
  recvfrom: { args: [i32, ptr, u64, i32, ptr, ptr], returns: i32 },
  setsockopt: { args: [i32, i32, i32, ptr, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, ptr, ptr], returns: i32 },
  mount: { args: [ptr, ptr, ptr, u64, ptr], returns: i32 },
  close: { args: [i32], returns: i32 },
  flock: { args: [i32, i32], returns: i32 },
  __errno_location: { args: [], returns: ptr },
} as const

/** The C library's calls that Bun has no API for. Linux on x64 and arm64, glibc and musl. */
export const libc = openLibc().symbols

function openLibc() {
  const candidates = [
    "libc.so.6",
    "libc.so",
    `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`,
  ]
  const failures: unknown[] = []
  for (const name of candidates) {
    try {
      return dlopen(name, symbols)
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, `no C library could be opened (tried ${candidates.join(", ")})`)
}

/** Error numbers of errno(3) that callers tell apart. Linux. */
export const errors = { EPERM: 1, EINTR: 4, EAGAIN: 11, EEXIST: 17, EAFNOSUPPORT: 97 } as const

/** The error number that the last failed call left. */
export function errno(): number {
  return read.i32(libc.__errno_location()!, 0)
}

/** A NUL-terminated string for a `char *` argument. Keep the result referenced until the call returns. */
export function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`)
}

/** Returns `result`, or throws an Error that names the call and its error number when it is negative. */
export function checked(call: string, result: number): number {
  if (result < 0) throw new Error(`${call} failed with error number ${errno()}`)
  return result
}
