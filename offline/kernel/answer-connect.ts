import { isLoopback } from "../policy/host.ts"
import { rememberServer } from "./answer-receive.ts"
import { answerUnix } from "./answer-unix.ts"
import { ADDRESS, type Call, memory } from "./channel.ts"
import { putAddress } from "./dns.ts"
import type { Place } from "./reach.ts"
import { PROOF_FAMILY, PROVEN, UNREADABLE } from "./settings.ts"
import { fileFlags, inodeOf, option, pendingError, setFileFlags, setOption } from "./sockets.ts"
import { AF, E, LOOPBACK_INTERFACE, O, POLL, SO, SOCK, syscall } from "./syscalls.ts"
import { askerOf, copyAddress, familyAtAddress, placeAtAddress, type Tree, tellDeniedCall } from "./tree.ts"
import { waitFor } from "./wait.ts"

const DNS_PORT = 53

/** Answers connect(2): judges a copy of the address, and connects the very socket to the very copy. */
export function answerConnect(call: Call, tree: Tree): unknown {
  const [descriptor = 0, , size = 0] = call.ints
  const length = copyAddress(call, call.args[1]!, size)
  if (descriptor === -1) return answerProof(call, tree, length)
  if (length < 0) return tree.channel.answer(call, length)
  const socket = tree.sockets.take(call, descriptor)
  if (socket < 0) return tree.channel.answer(call, socket)
  const end = (result: number, over = result === 0) => {
    const taken = tree.channel.answer(call, result)
    tree.sockets.release(socket, over)
    return taken
  }
  const [domain, type] = [option(socket, SO.DOMAIN), option(socket, SO.TYPE)]
  if (domain < 0 || type < 0) return end(-E.NOTSOCK)
  const family = familyAtAddress()
  if (domain === AF.UNIX && family === AF.UNIX) return answerUnix(call, tree, { socket, type, length, end })
  // Its other end is the kernel, or a process that the kernel lets it reach.
  if (domain === AF.NETLINK) return end(connect(socket, length))
  if (domain !== AF.INET && domain !== AF.INET6) return end(-E.AFNOSUPPORT)
  if (family === AF.UNSPEC) return end(disconnect(socket, type, length), false)
  const place = family === AF.INET || family === AF.INET6 ? placeAtAddress(length) : undefined
  if (!place) return end(family === AF.INET || family === AF.INET6 ? -E.INVAL : -E.AFNOSUPPORT)
  if (type === SOCK.DGRAM) return end(connectDatagram(call, tree, { socket, domain, length, place }), false)
  if (place.port === DNS_PORT || !tree.reach.mayConnect(place.host, place.port)) {
    tellDeniedCall(tree, call, "connect", place.host.text, place.port)
    return end(-E.ACCES)
  }
  return connectStream(call, tree, { socket, length, end })
}

/** The kernel unbinds a datagram socket with that. */
function disconnect(socket: number, type: number, length: number): number {
  const result = connect(socket, length)
  if (result < 0 || type !== SOCK.DGRAM) return result
  return setOption(socket, SO.BINDTOIFINDEX, LOOPBACK_INTERFACE)
}

/** Of a program that wants to know whether it is in a tree like this, and whether that can work. */
function answerProof(call: Call, tree: Tree, length: number): unknown {
  if (length >= 0 && familyAtAddress() !== PROOF_FAMILY) return tree.channel.answer(call, -E.BADF)
  const own = length < 0 ? -1 : tree.sockets.take(call, memory.i32(ADDRESS + 4))
  if (own >= 0) tree.sockets.release(own, true)
  return tree.channel.answer(call, own < 0 ? UNREADABLE : PROVEN)
}

interface Connecting {
  socket: number
  length: number
  /** @returns whether the caller was still there */
  end(result: number, over?: boolean): boolean
}

export function connectStream(call: Call, tree: Tree, { socket, length, end }: Connecting): unknown {
  const flags = fileFlags(socket)
  const blocks = (flags & O.NONBLOCK) === 0
  // Of all who share the socket: nobody else may wait for it either.
  if (blocks) setFileFlags(socket, flags | O.NONBLOCK)
  let result = connect(socket, length)
  if (!blocks) return end(result, result === 0 || result === -E.INPROGRESS)
  // Within this machine it has come about by now: a second call says so, or why not, and nothing need be waited for.
  if (result === -E.INPROGRESS) result = connect(socket, length)
  if (result !== -E.INPROGRESS && result !== -E.ALREADY) {
    setFileFlags(socket, flags)
    return finish(result === -E.ISCONN && orphans.delete(inodeOf(socket)) ? 0 : result)
  }
  return waitFor(call, tree, { descriptor: socket, events: POLL.OUT }, () => {
    const left = pendingError(socket)
    setFileFlags(socket, flags)
    finish(left)
  })

  function finish(outcome: number): void {
    const taken = tree.channel.answer(call, outcome)
    if (!taken && outcome === 0) orphans.add(inodeOf(socket))
    tree.sockets.release(socket, outcome === 0)
  }
}

/**
 * Sockets that were connected for a call that a signal had interrupted by then. The kernel makes such a call once more, and
 * must not hear that it is connected already. Kernels from 5.19 on let no such signal through.
 */
const orphans = new Set<number>()

interface Datagram {
  socket: number
  domain: number
  length: number
  place: Place
}

/** A datagram socket is bound to loopback: elsewhere it leads nowhere. Resolvers connect one to see whether there is a route. */
function connectDatagram(call: Call, tree: Tree, { socket, domain, length, place }: Datagram): number {
  if (place.port === DNS_PORT) {
    const server = memory.bytes.slice(ADDRESS, ADDRESS + 28)
    const result = connect(socket, putStub(tree, domain))
    if (result === 0) rememberServer(socket, server)
    if (result === 0 && tree.tell) tree.stub.askedBy(socket, askerOf(call.thread))
    return result
  }
  if (isLoopback(place.host)) return connect(socket, length)
  if (!tree.reach.mayConnect(place.host, place.port))
    tellDeniedCall(tree, call, "connect", place.host.text, place.port)
  return -E.NETUNREACH
}

/** Writes the stub's address, as a socket of the domain takes it, to `ADDRESS`. */
export function putStub({ stub }: Pick<Tree, "stub">, domain: number): number {
  const own = [127, 0, 0, 1]
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...own]
  return putAddress(new Uint8Array(domain === AF.INET6 ? mapped : own), stub.port)
}

function connect(socket: number, length: number): number {
  return syscall("connect", socket, memory.address + ADDRESS, length)
}
