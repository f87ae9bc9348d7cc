import { isLoopback } from "../policy/host.ts"
import type { Call } from "./channel.ts"
import { networkOf, option, readLocalAddress, setOption } from "./sockets.ts"
import { AF, E, IPPROTO, IPV6_V6ONLY, LOOPBACK_INTERFACE, SO, syscall } from "./syscalls.ts"
import { placeAtAddress, type Tree } from "./tree.ts"

/** Answers listen(2): a port is bound to loopback first, unless the policy lets others connect, and is the tree's own then. */
export function answerListen(call: Call, tree: Tree): unknown {
  const [descriptor = 0, backlog = 0] = call.ints
  const socket = tree.sockets.take(call, descriptor)
  if (socket < 0) return tree.channel.answer(call, socket)
  const result = listen(socket, backlog, tree)
  tree.channel.answer(call, result)
  return tree.sockets.release(socket, result === 0)
}

function listen(socket: number, backlog: number, { settings, reach, network }: Tree): number {
  const domain = option(socket, SO.DOMAIN)
  if (domain < 0) return -E.NOTSOCK
  const isInternet = domain === AF.INET || domain === AF.INET6
  if (isInternet && settings.listen === "loopback") {
    const bound = holdToLoopback(socket)
    if (bound < 0) return bound
  }
  const result = syscall("listen", socket, backlog)
  if (result < 0 || !isInternet) return result
  const length = readLocalAddress(socket)
  const place = length < 0 ? undefined : placeAtAddress(domain === AF.INET6 ? 28 : 16)
  const ownNetwork = networkOf(socket) === network
  if (place && ownNetwork)
    reach.own(place.host, place.port, domain === AF.INET6 && option(socket, IPV6_V6ONLY, IPPROTO.IPV6) === 0)
  return result
}

function holdToLoopback(socket: number): number {
  if (readLocalAddress(socket) >= 0) {
    const place = placeAtAddress(28)
    if (place && isLoopback(place.host) && place.host.address?.value !== 0n) return 0
  }
  if (option(socket, SO.BINDTOIFINDEX) === LOOPBACK_INTERFACE) return 0
  return setOption(socket, SO.BINDTOIFINDEX, LOOPBACK_INTERFACE)
}
