import { ADDRESS, type Call, DATA, DATA_SIZE, memory, readFrom, SCRATCH, writeTo } from "./channel.ts"
import { fileFlags, inodeOf } from "./sockets.ts"
import { AF, E, MSG, O, POLL, syscall } from "./syscalls.ts"
import type { Tree } from "./tree.ts"
import { waitFor } from "./wait.ts"

// Resolvers such as musl's and c-ares look who answers, and take an answer from no one but the name server that they asked. Their
// query went to the stub, so the answer is shown as if it came from where it was sent to.

/** Name servers that programs believe to have asked, by the inode of the socket that they asked with. */
const asked = new Map<number, Uint8Array>()
const MOST = 1024

/** Remembers the address that a query was for. */
export function rememberServer(socket: number, server: Uint8Array): void {
  asked.set(inodeOf(socket), server)
  if (asked.size > MOST) asked.delete(asked.keys().next().value!)
}

/** Where a caller wants what is received. */
interface Wanted {
  data: number
  size: number
  /** The sender's address, what it may be long, and where its length goes. */
  address: number
  room: number
  lengthAt: number
  flags: number
}

/** Answers recvfrom(2) that wants to know the sender. */
export function answerRecvfrom(call: Call, tree: Tree): unknown {
  return answer(call, tree, () => {
    const [, data = 0, size = 0, , address = 0, lengthAt = 0] = call.args
    const failed = readFrom(call.thread, lengthAt, 4, SCRATCH)
    return failed || { data, size, address, lengthAt, room: memory.i32(SCRATCH), flags: call.ints[3]! }
  })
}

/** `struct msghdr`, and the first of the pieces that it points to. */
const MESSAGE = { size: 56, name: 0, nameLength: 8, pieces: 16, controlLength: 40, flags: 48, piece: 16 }

/** Answers recvmsg(2): of what it could tell, the sender alone is. */
export function answerRecvmsg(call: Call, tree: Tree): unknown {
  return answer(call, tree, () => {
    const message = call.args[1]!
    const failed = readFrom(call.thread, message, MESSAGE.size, SCRATCH)
    if (failed) return failed
    const [address, room] = [memory.u64(SCRATCH + MESSAGE.name), memory.i32(SCRATCH + MESSAGE.nameLength)]
    const without = readFrom(call.thread, memory.u64(SCRATCH + MESSAGE.pieces), MESSAGE.piece, SCRATCH)
    if (without) return without
    const [data, size] = [memory.u64(SCRATCH), memory.u64(SCRATCH + 8)]
    memory.bytes.fill(0, SCRATCH, SCRATCH + 16)
    const told =
      writeTo(call.thread, message + MESSAGE.controlLength, 8, SCRATCH) ||
      writeTo(call.thread, message + MESSAGE.flags, 4, SCRATCH)
    return told || { data, size, address, room, lengthAt: message + MESSAGE.nameLength, flags: call.ints[2]! }
  })
}

/** @param find where the caller wants it, or the error number, negated */
function answer(call: Call, tree: Tree, find: () => Wanted | number): unknown {
  if (asked.size === 0) return tree.channel.proceed(call)
  const socket = tree.sockets.take(call, call.ints[0]!)
  if (socket < 0) return tree.channel.proceed(call)
  const server = asked.get(inodeOf(socket))
  if (!server) {
    tree.sockets.release(socket, false)
    return tree.channel.proceed(call)
  }
  const end = (result: number) => {
    tree.channel.answer(call, result)
    tree.sockets.release(socket, false)
  }
  const wanted = find()
  if (typeof wanted === "number") return end(wanted)
  const waits = (wanted.flags & MSG.DONTWAIT) === 0 && (fileFlags(socket) & O.NONBLOCK) === 0
  const result = receive(call, tree, { socket, server, wanted })
  if (result !== -E.AGAIN || !waits) return end(result)
  return waitFor(call, tree, { descriptor: socket, events: POLL.IN }, () =>
    end(receive(call, tree, { socket, server, wanted })),
  )
}

interface Receiving {
  socket: number
  server: Uint8Array
  wanted: Wanted
}

function receive({ thread }: Call, { stub }: Tree, { socket, server, wanted }: Receiving): number {
  memory.setU32(SCRATCH, 128)
  const at = memory.address
  const most = Math.min(wanted.size, DATA_SIZE)
  const flags = wanted.flags | MSG.DONTWAIT
  const length = syscall("recvfrom", socket, at + DATA, most, flags, at + ADDRESS, at + SCRATCH)
  if (length < 0) return length
  if (memory.view.getUint16(ADDRESS + 2) === stub.port) memory.bytes.set(server, ADDRESS)
  const whole = memory.view.getUint16(ADDRESS, true) === AF.INET6 ? 28 : 16
  memory.setU32(SCRATCH, whole)
  const failed =
    writeTo(thread, wanted.data, Math.min(length, most), DATA) ||
    writeTo(thread, wanted.address, Math.max(0, Math.min(wanted.room, whole)), ADDRESS) ||
    writeTo(thread, wanted.lengthAt, 4, SCRATCH)
  return failed || length
}
