import { ADDRESS, type Call, DATA, DATA_SIZE, memory, readFrom, SCRATCH, writeTo } from "./channel.ts"
import { fileFlags, inodeOf } from "./sockets.ts"
import { AF, E, MSG, O, POLL, syscall } from "./syscalls.ts"
import type { Tree } from "./tree.ts"

// A resolver such as musl's sends to a name server without connecting, and takes an answer from no one else. Its query went to
// the stub, so the answer is shown as if it came from where it was sent to.

/** Name servers that programs believe to have asked, by the inode of the socket that they asked with. */
const asked = new Map<number, Uint8Array>()
const MOST = 1024

/** Remembers the address that a query was for. */
export function rememberServer(socket: number, server: Uint8Array): void {
  asked.set(inodeOf(socket), server)
  if (asked.size > MOST) asked.delete(asked.keys().next().value!)
}

/** Answers recvfrom(2) that wants to know the sender. */
export function answerRecvfrom(call: Call, tree: Tree): unknown {
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
  const waits = (call.ints[3]! & MSG.DONTWAIT) === 0 && (fileFlags(socket) & O.NONBLOCK) === 0
  const result = receive(call, tree, socket, server)
  if (result !== -E.AGAIN || !waits) return end(result)
  const unwatch = tree.loop.watch(socket, POLL.IN, () => {
    unwatch()
    end(receive(call, tree, socket, server))
  })
  return undefined
}

function receive(call: Call, { stub }: Tree, socket: number, server: Uint8Array): number {
  const [, data = 0, size = 0, , addressAt = 0, sizeAt = 0] = call.args
  memory.setU32(SCRATCH, 128)
  const at = memory.address
  const flags = call.ints[3]! | MSG.DONTWAIT
  const most = Math.min(size, DATA_SIZE)
  const length = syscall("recvfrom", socket, at + DATA, most, flags, at + ADDRESS, at + SCRATCH)
  if (length < 0) return length
  const failed = writeTo(call.thread, data, Math.min(length, most), DATA)
  if (failed) return failed
  if (memory.view.getUint16(ADDRESS + 2) === stub.port) memory.bytes.set(server, ADDRESS)
  const whole = memory.view.getUint16(ADDRESS, true) === AF.INET6 ? 28 : 16
  const asked = readFrom(call.thread, sizeAt, 4, SCRATCH + 8)
  if (asked) return asked
  const room = Math.max(0, Math.min(memory.i32(SCRATCH + 8), whole))
  memory.setU32(SCRATCH + 8, whole)
  const told = writeTo(call.thread, addressAt, room, ADDRESS) || writeTo(call.thread, sizeAt, 4, SCRATCH + 8)
  return told || length
}
