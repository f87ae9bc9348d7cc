import { isLoopback } from "../policy/host.ts"
import { putStub } from "./answer-connect.ts"
import { rememberServer } from "./answer-receive.ts"
import { ADDRESS, type Call, DATA, DATA_SIZE, memory, readFrom, SCRATCH, writeTo } from "./channel.ts"
import { fileFlags, option } from "./sockets.ts"
import { AF, E, MSG, O, POLL, SCM_RIGHTS, SO, SOCK, SOL_SOCKET, syscall } from "./syscalls.ts"
import { askerOf, copyAddress, familyAtAddress, placeAtAddress, type Tree, tellDeniedCall } from "./tree.ts"
import { waitFor } from "./wait.ts"

// What is sent with a receiver, or may have one, is sent by the supervisor: the very data, to the very receiver that it has
// looked at, by the very socket. A call that the kernel made as it stands could have become another one by then.

const DNS_PORT = 53

/** `struct msghdr` and what it points to; `struct mmsghdr` has one, and a length. */
const HEADER = { size: 56, name: 0, nameLength: 8, pieces: 16, count: 24, control: 32, controlLength: 40 }
const MANY = { size: 64, length: 56, most: 1024 }
const PIECE = { size: 16, most: 1024 }
const CONTROL = { most: 1024, header: 16 }

/** One message, as its sender wrote it. */
interface Message {
  name: number
  nameLength: number
  /** Address and length of each. */
  pieces: readonly (readonly [number, number])[]
  /** Descriptors of the sender that go along. */
  rights: readonly number[]
  flags: number
}

/** Answers sendto(2) that names a receiver. */
export function answerSendto(call: Call, tree: Tree): unknown {
  const [, data = 0, size = 0, , name = 0] = call.args
  const pieces = [[data, size] as const]
  const message = { name, nameLength: call.ints[5]!, pieces, rights: [], flags: call.ints[3]! }
  return sendAll(call, tree, () => [message])
}

/** Answers sendmsg(2). */
export function answerSendmsg(call: Call, tree: Tree): unknown {
  return sendAll(call, tree, () => [readMessage(call, call.args[1]!, call.ints[2]!)])
}

/** Answers sendmmsg(2), which gives how many were sent. */
export function answerSendmmsg(call: Call, tree: Tree): unknown {
  const [, vector = 0] = call.args
  const count = Math.min(call.ints[2]! >>> 0, MANY.most)
  const at = (index: number) => vector + index * MANY.size
  const read = () => Array.from({ length: count }, (_, index) => readMessage(call, at(index), call.ints[3]!))
  return sendAll(call, tree, read, (index, length) => {
    memory.setU32(SCRATCH, length)
    return writeTo(call.thread, at(index) + MANY.length, 4, SCRATCH)
  })
}

/**
 * Sends messages until one cannot be sent. A sender that waits does so ahead of the first.
 * @param read reads them anew each time, as what was copied is gone after a wait
 * @param sent told of each; then the call gives their number instead of the bytes of the one
 */
function sendAll(
  call: Call,
  tree: Tree,
  read: () => (Message | number)[],
  sent?: (index: number, length: number) => number,
): unknown {
  const socket = tree.sockets.take(call, call.ints[0]!)
  if (socket < 0) return sendUnknown(call, tree, read, socket)
  const end = (result: number) => {
    tree.channel.answer(call, result)
    tree.sockets.release(socket, false)
  }
  return attempt()

  function attempt(): unknown {
    let result = 0
    let done = 0
    for (const message of read()) {
      result = typeof message === "number" ? message : send(call, tree, socket, message)
      if (result < 0) {
        const flags = typeof message === "number" ? 0 : message.flags
        const waits = (flags & MSG.DONTWAIT) === 0 && (fileFlags(socket) & O.NONBLOCK) === 0
        if (result !== -E.AGAIN || done > 0 || !waits || !tree.channel.isValid(call)) break
        return waitFor(call, tree, { descriptor: socket, events: POLL.OUT }, attempt)
      }
      const failed = sent?.(done, result) ?? 0
      if (failed < 0) return end(failed)
      done++
    }
    return end(sent && done > 0 ? done : result)
  }
}

/** By a socket that the supervisor cannot get at: one that it did not make, such as one that was accepted or is of a pair. */
function sendUnknown(call: Call, tree: Tree, read: () => (Message | number)[], why: number): unknown {
  const isPlain = (message: Message | number) =>
    typeof message !== "number" && (message.name === 0 || message.nameLength === 0)
  if (tree.sockets.knowsAll || why !== -E.ACCES || !read().every(isPlain))
    return tree.channel.answer(call, why)
  return tree.channel.proceed(call)
}

/** @returns the bytes that were sent, or the error number, negated */
function send(call: Call, tree: Tree, socket: number, message: Message): number {
  const domain = option(socket, SO.DOMAIN)
  const type = option(socket, SO.TYPE)
  if (domain < 0 || type < 0) return -E.NOTSOCK
  const receiver = findReceiver(call, tree, { socket, domain, type }, message)
  if (receiver < 0) return receiver
  const length = copyPieces(call, message, type)
  if (length < 0) return length
  const taken = domain === AF.UNIX ? takeRights(call, tree, message.rights) : []
  if (typeof taken === "number") return taken
  const result = sendCopy(socket, { receiver, length, rights: taken, flags: message.flags })
  for (const descriptor of taken) tree.sockets.release(descriptor, false)
  return result
}

/** @returns the length of the receiver's address at `ADDRESS`, 0 for none, or the error number, negated */
function findReceiver(
  call: Call,
  tree: Tree,
  { socket, domain, type }: { socket: number; domain: number; type: number },
  { name, nameLength }: Message,
): number {
  const isNamed = name !== 0 && nameLength !== 0
  // A stream goes where it was connected to; its receiver is not looked at by the kernel either.
  const isDatagram = type === SOCK.DGRAM && (domain === AF.INET || domain === AF.INET6)
  if (!isNamed || !(isDatagram || domain === AF.NETLINK))
    return domain === AF.UNIX && type === SOCK.DGRAM ? -E.ACCES : 0
  const length = copyAddress(call, name, nameLength)
  if (length < 0 || domain === AF.NETLINK) return length
  const family = familyAtAddress()
  if (family !== AF.INET && family !== AF.INET6 && family !== AF.UNSPEC) return -E.AFNOSUPPORT
  const place = placeAtAddress(length)
  if (!place) return -E.INVAL
  if (place.port === DNS_PORT) {
    rememberServer(socket, memory.bytes.slice(ADDRESS, ADDRESS + 28))
    if (tree.tell) tree.stub.askedBy(socket, askerOf(call.thread))
    return putStub(tree, domain)
  }
  if (isLoopback(place.host)) return length
  if (!tree.reach.mayConnect(place.host, place.port))
    tellDeniedCall(tree, call, "send", place.host.text, place.port)
  return -E.NETUNREACH
}

/** Copies the data to `DATA`. Of a stream, as much as there is room for: the kernel may take less than it is given, too. */
function copyPieces({ thread }: Call, { pieces }: Message, type: number): number {
  let length = 0
  for (const [address, size] of pieces) {
    const room = DATA_SIZE - length
    if (size > room && type !== SOCK.STREAM) return -E.MSGSIZE
    const copied = Math.min(size, room)
    const failed = readFrom(thread, address, copied, DATA + length)
    if (failed) return failed
    length += copied
  }
  return length
}

function takeRights(call: Call, { sockets }: Tree, rights: readonly number[]): number[] | number {
  const taken: number[] = []
  for (const right of rights) {
    const descriptor = sockets.take(call, right)
    if (descriptor >= 0) taken.push(descriptor)
    else {
      for (const one of taken) sockets.release(one, false)
      return descriptor
    }
  }
  return taken
}

/** Flags that mean the same when the supervisor sends: out of band, end of record, more to come. */
const KEPT_FLAGS = 0x1 | 0x80 | 0x8000

function sendCopy(
  socket: number,
  { receiver, length, rights, flags }: { receiver: number; length: number; rights: number[]; flags: number },
): number {
  const [header, piece, control] = [SCRATCH, SCRATCH + 64, SCRATCH + 128]
  const at = memory.address
  memory.bytes.fill(0, header, control)
  memory.setU64(header + HEADER.name, receiver > 0 ? at + ADDRESS : 0)
  memory.setU32(header + HEADER.nameLength, receiver)
  memory.setU64(header + HEADER.pieces, at + piece)
  memory.setU64(header + HEADER.count, 1)
  memory.setU64(piece, at + DATA)
  memory.setU64(piece + 8, length)
  if (rights.length > 0) {
    const size = CONTROL.header + 4 * rights.length
    memory.setU64(header + HEADER.control, at + control)
    memory.setU64(header + HEADER.controlLength, size)
    memory.setU64(control, size)
    memory.setU32(control + 8, SOL_SOCKET)
    memory.setU32(control + 12, SCM_RIGHTS)
    for (const [index, descriptor] of rights.entries())
      memory.setU32(control + CONTROL.header + 4 * index, descriptor)
  }
  return syscall("sendmsg", socket, at + header, (flags & KEPT_FLAGS) | MSG.DONTWAIT | MSG.NOSIGNAL)
}

/** @returns the error number, negated, where it cannot be read */
function readMessage(call: Call, pointer: number, flags: number): Message | number {
  const { thread } = call
  const failed = readFrom(thread, pointer, HEADER.size, SCRATCH)
  if (failed) return failed
  const [name, list, control] = [HEADER.name, HEADER.pieces, HEADER.control].map((field) =>
    memory.u64(SCRATCH + field),
  )
  const nameLength = memory.i32(SCRATCH + HEADER.nameLength)
  const count = memory.u64(SCRATCH + HEADER.count)
  const controlLength = memory.u64(SCRATCH + HEADER.controlLength)
  if (count > PIECE.most) return -E.MSGSIZE
  const unread = readFrom(thread, list!, count * PIECE.size, DATA)
  if (unread) return unread
  const piece = (index: number) => DATA + index * PIECE.size
  const pieces = Array.from(
    { length: count },
    (_, index) => [memory.u64(piece(index)), memory.u64(piece(index) + 8)] as const,
  )
  const rights = control === 0 ? [] : readRights(thread, control!, controlLength)
  return typeof rights === "number" ? rights : { name: name!, nameLength, pieces, rights, flags }
}

/** The descriptors among the control messages. What else there is, such as a sender's own address, is left out. */
function readRights(thread: number, pointer: number, length: number): number[] | number {
  if (length > CONTROL.most) return -E.INVAL
  const failed = readFrom(thread, pointer, length, DATA)
  if (failed) return failed
  const rights: number[] = []
  for (let at = 0; at + CONTROL.header <= length; ) {
    const size = memory.u64(DATA + at)
    if (size < CONTROL.header || at + size > length) return -E.INVAL
    const isRights = memory.u32(DATA + at + 8) === SOL_SOCKET && memory.u32(DATA + at + 12) === SCM_RIGHTS
    for (let place = at + CONTROL.header; isRights && place + 4 <= at + size; place += 4)
      rights.push(memory.i32(DATA + place))
    at += Math.ceil(size / 8) * 8
  }
  return rights
}
