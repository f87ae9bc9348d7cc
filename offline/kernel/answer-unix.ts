import { ADDRESS, type Call, memory, SCRATCH, TEXT } from "./channel.ts"
import {
  decodeBytes,
  fileFlags,
  identityOf,
  option,
  readLink,
  readProc,
  setFileFlags,
  setOption,
} from "./sockets.ts"
import { AF, AT_FDCWD, E, O, SO, SOCK, SOL_SOCKET, syscall } from "./syscalls.ts"
import { type Tree, tellDeniedCall } from "./tree.ts"

interface Connecting {
  socket: number
  type: number
  /** Of the address at `ADDRESS`. */
  length: number
  end(result: number, over?: boolean): boolean
}

/** How often a listener is asked again whose queue is full. */
const AGAIN_MS = 5

/**
 * Answers connect(2) of a Unix socket. A socket of the supervisor's is connected, and who listens there is looked at; it
 * takes the place of the caller's own only then. So nothing that the caller writes meanwhile reaches a stranger.
 */
export function answerUnix(call: Call, tree: Tree, { socket, type, length, end }: Connecting): unknown {
  if (type !== SOCK.STREAM && type !== SOCK.SEQPACKET) return end(-E.ACCES, false)
  const target = openTarget(call, length)
  if (typeof target === "number") return end(target, false)
  const fresh = syscall("socket", AF.UNIX, type | SOCK.CLOEXEC | SOCK.NONBLOCK, 0)
  const close = () => {
    if (target.file >= 0) syscall("close", target.file)
    if (fresh >= 0) syscall("close", fresh)
  }
  const finish = (result: number) => {
    close()
    end(result)
  }
  if (fresh < 0) return finish(fresh)
  if (!tree.channel.isValid(call)) return finish(-E.ACCES)
  return attempt()

  function attempt(): unknown {
    const result = connectTo(fresh, target as Target)
    const blocks = (fileFlags(socket) & O.NONBLOCK) === 0
    if (result === -E.AGAIN && blocks && tree.channel.isValid(call)) return tree.loop.after(AGAIN_MS, attempt)
    if (result < 0) return finish(result)
    if (isInTree(fresh) || isListed(target as Target, tree.settings.unix))
      return finish(handIn(call, tree, socket, fresh))
    tellDeniedCall(tree, call, "connect", (target as Target).name, null)
    return finish(-E.ACCES)
  }
}

interface Target {
  /** The socket's file, which cannot be exchanged any more; -1 for an abstract name. */
  file: number
  /** For people, and as the policy names it. */
  name: string
  /** An abstract name with its family, as it was given. */
  abstract?: Uint8Array
}

function openTarget(call: Call, length: number): Target | number {
  const bytes = memory.bytes.slice(ADDRESS + 2, ADDRESS + length)
  if (bytes.length === 0) return -E.INVAL
  if (bytes[0] === 0)
    return {
      file: -1,
      name: `@${decodeBytes(bytes.subarray(1))}`,
      abstract: memory.bytes.slice(ADDRESS, ADDRESS + length),
    }
  const end = bytes.indexOf(0)
  const path = end === -1 ? bytes : bytes.subarray(0, end)
  const base = `/proc/${call.thread}/${path[0] === SLASH ? "root" : "cwd/"}`
  memory.text(TEXT, base)
  memory.bytes.set(path, TEXT + base.length)
  memory.bytes[TEXT + base.length + path.length] = 0
  const file = syscall("openat", AT_FDCWD, memory.address + TEXT, O.PATH | O.CLOEXEC)
  if (file < 0) return file
  return { file, name: readLink(`/proc/self/fd/${file}`) ?? decodeBytes(path) }
}

const SLASH = 0x2f

function connectTo(fresh: number, { file, abstract }: Target): number {
  const bytes = abstract ?? addressOf(`/proc/self/fd/${file}`)
  memory.bytes.set(bytes, SCRATCH)
  return syscall("connect", fresh, memory.address + SCRATCH, bytes.length)
}

function addressOf(path: string): Uint8Array {
  return Uint8Array.from(
    [AF.UNIX, 0, ...path].map((part) => (typeof part === "number" ? part : part.charCodeAt(0))).concat(0),
  )
}

/** The supervisor itself makes listeners of the tree's sockets, so the kernel names its process as their owner. */
function isInTree(connected: number): boolean {
  memory.setU32(SCRATCH, 12)
  const at = memory.address + SCRATCH
  const asked = syscall("getsockopt", connected, SOL_SOCKET, SO.PEERCRED, at + 8, at)
  return asked >= 0 && memory.i32(SCRATCH + 8) === process.pid
}

/** Whether the policy names the socket: by the file that its path leads to, or by its abstract name. */
function isListed({ file, name, abstract }: Target, listed: readonly string[]): boolean {
  if (abstract) return listed.includes(name)
  const own = identityOf(file)
  return listed.some((path) => {
    if (!path.startsWith("/")) return false
    const other = syscall("openat", AT_FDCWD, memory.text(TEXT, path), O.PATH | O.CLOEXEC)
    if (other < 0) return false
    const same = identityOf(other) === own
    syscall("close", other)
    return same
  })
}

/** Puts the connected socket in the place of the caller's, with what was set there. */
function handIn(call: Call, { channel }: Tree, socket: number, fresh: number): number {
  const descriptor = call.ints[0]!
  const flags = /^flags:\s*([0-7]+)$/m.exec(readProc(`/proc/${call.thread}/fdinfo/${descriptor}`))?.[1]
  if (flags === undefined || !channel.isValid(call)) return -E.ACCES
  if (option(socket, SO.PASSCRED) === 1) setOption(fresh, SO.PASSCRED, 1)
  for (const name of [SO.RCVTIMEO, SO.SNDTIMEO]) copyTimeout(socket, fresh, name)
  setFileFlags(fresh, fileFlags(socket))
  const put = channel.replace(call, fresh, descriptor, (Number.parseInt(flags, 8) & O.CLOEXEC) !== 0)
  return Math.min(put, 0)
}

function copyTimeout(from: number, to: number, name: number): void {
  memory.setU32(SCRATCH, 16)
  const at = memory.address + SCRATCH
  if (syscall("getsockopt", from, SOL_SOCKET, name, at + 8, at) >= 0)
    syscall("setsockopt", to, SOL_SOCKET, name, at + 8, memory.u32(SCRATCH))
}
