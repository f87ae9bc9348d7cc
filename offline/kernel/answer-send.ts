import { isLoopback } from "../policy/host.ts"
import { putStub } from "./answer-connect.ts"
import { rememberServer } from "./answer-receive.ts"
import { ADDRESS, type Call, DATA, DATA_SIZE, memory, readFrom } from "./channel.ts"
import { option } from "./sockets.ts"
import { AF, E, MSG, SO, SOCK, syscall } from "./syscalls.ts"
import { askerOf, copyAddress, familyAtAddress, placeAtAddress, type Tree, tellDeniedCall } from "./tree.ts"

// A datagram socket is bound to loopback, so what is let through here stays on this machine, even if another thread
// exchanges the receiver in the meantime. What is asked here is what a program is told, and who answers its DNS queries.

const DNS_PORT = 53

/** `struct msghdr`: the name and its length; `struct mmsghdr` has one and a count. */
const HEADER = { size: 56, name: 0, length: 8, many: 64 }
const MOST_MESSAGES = 1024

/** Answers sendto(2) that names a receiver. */
export function answerSendto(call: Call, tree: Tree): unknown {
  const verdict = judgeReceiver(call, tree, call.args[4]!, call.ints[5]!)
  if (verdict === "dns") return askStub(call, tree)
  return finish(call, tree, verdict)
}

/** Answers sendmsg(2). */
export function answerSendmsg(call: Call, tree: Tree): void {
  finish(call, tree, judgeMessage(call, tree, call.args[1] ?? 0))
}

/** Answers sendmmsg(2): one message that is denied denies all. */
export function answerSendmmsg(call: Call, tree: Tree): void {
  const messages = call.args[1]!
  const count = call.ints[2]! >>> 0
  let verdict: number | "dns" = 0
  for (let index = 0; verdict === 0 && index < Math.min(count, MOST_MESSAGES); index++)
    verdict = judgeMessage(call, tree, messages + index * HEADER.many)
  finish(call, tree, verdict)
}

/** @returns 0 when it may be sent, or the error number, negated */
function judgeMessage(call: Call, tree: Tree, pointer: number): number | "dns" {
  const failed = readFrom(call.thread, pointer, HEADER.size, DATA)
  if (failed) return failed
  const name = memory.u64(DATA + HEADER.name)
  return name === 0 ? 0 : judgeReceiver(call, tree, name, memory.i32(DATA + HEADER.length))
}

function judgeReceiver(call: Call, tree: Tree, pointer: number, size: number): number | "dns" {
  const length = copyAddress(call, pointer, size)
  if (length < 0) return length
  const family = familyAtAddress()
  // Its receiver is the kernel.
  if (family === AF.NETLINK) return 0
  if (family !== AF.INET && family !== AF.INET6 && family !== AF.UNSPEC) return -E.ACCES
  const place = placeAtAddress(length)
  if (!place) return -E.INVAL
  if (place.port === DNS_PORT) return "dns"
  if (isLoopback(place.host)) return 0
  if (!tree.reach.mayConnect(place.host, place.port))
    tellDeniedCall(tree, call, "send", place.host.text, place.port)
  return -E.NETUNREACH
}

function finish(call: Call, { channel }: Tree, verdict: number | "dns"): void {
  if (verdict === 0) channel.proceed(call)
  else channel.answer(call, verdict === "dns" ? -E.ACCES : verdict)
}

/** Sends a query to the stub, whichever name server it was for. */
function askStub(call: Call, tree: Tree): unknown {
  const [descriptor = 0, , , flags = 0] = call.ints
  const [, data = 0, length = 0] = call.args
  const server = memory.bytes.slice(ADDRESS, ADDRESS + 28)
  const socket = tree.sockets.take(call, descriptor)
  if (socket < 0) return tree.channel.answer(call, socket)
  const end = (result: number) => {
    tree.channel.answer(call, result)
    tree.sockets.release(socket, false)
  }
  if (option(socket, SO.TYPE) !== SOCK.DGRAM || length > DATA_SIZE) return end(-E.ACCES)
  const failed = readFrom(call.thread, data, length, DATA)
  if (failed) return end(failed)
  const size = putStub(tree, option(socket, SO.DOMAIN))
  const at = memory.address
  const sent = syscall(
    "sendto",
    socket,
    at + DATA,
    length,
    (flags | MSG.DONTWAIT | MSG.NOSIGNAL) & ~MSG.FASTOPEN,
    at + ADDRESS,
    size,
  )
  if (tree.tell) tree.stub.askedBy(socket, askerOf(call.thread))
  rememberServer(socket, server)
  return end(sent)
}
