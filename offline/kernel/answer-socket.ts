import type { Call } from "./channel.ts"
import { setOption } from "./sockets.ts"
import { AF, LOOPBACK_INTERFACE, SO, SOCK, syscall } from "./syscalls.ts"
import type { Tree } from "./tree.ts"

/**
 * Answers socket(2) with a socket of the supervisor's. One for datagrams on the internet is bound to loopback, which only
 * who has CAP_NET_RAW can undo: so wherever it sends, nothing leaves this machine.
 */
export function answerSocket(call: Call, { channel, sockets }: Tree): unknown {
  const [domain = 0, type = 0, protocol = 0] = call.ints
  const socket = syscall("socket", domain, type | SOCK.CLOEXEC, protocol)
  if (socket < 0) return channel.answer(call, socket)
  const isDatagram = (type & SOCK.TYPE) === SOCK.DGRAM && (domain === AF.INET || domain === AF.INET6)
  const bound = isDatagram ? setOption(socket, SO.BINDTOIFINDEX, LOOPBACK_INTERFACE) : 0
  const given = bound < 0 ? bound : channel.giveResult(call, socket, (type & SOCK.CLOEXEC) !== 0)
  if (given >= 0) return sockets.made(socket)
  channel.answer(call, given)
  return syscall("close", socket)
}
