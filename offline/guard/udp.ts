import {
  andThen,
  apply,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  reject,
  snapshot,
  toText,
  uncurryThis,
} from "../primordials.ts"
import { bindable } from "./bind.ts"
import { bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"

type Method = (this: unknown, ...args: unknown[]) => unknown
type UdpSocket = Record<string, Method>

/** Where a connected socket sends to. */
interface Remote {
  address: string
  port: number
}

/**
 * `Bun.udpSocket`, which `node:dgram` is made of. A datagram is decided on when it is sent, by the address that it is sent to: over UDP a name has been resolved by then,
 * so only addresses, blocks and loopback can be allowed. Joining a multicast group sends packets too.
 * The methods of a UDP socket lie on one native prototype, which only a socket shows: the first one's is replaced.
 */
export function interceptUdp(decide: Decide, bun = bunObject()): void {
  const native = bun?.udpSocket as ((options: unknown) => Promise<UdpSocket>) | undefined
  if (!bun || !native) return
  let replaced = false
  bun.udpSocket = function udpSocket(options: unknown) {
    try {
      const opening = apply(native, bun, [judged(options, decide)]) as Promise<UdpSocket>
      if (replaced) return opening
      return andThen(opening, (socket) => {
        if (!replaced) replaceMethods(getPrototypeOf(socket) as UdpSocket, decide)
        replaced = true
        return socket
      })
    } catch (error) {
      return reject(error)
    }
  }
}

function judged(given: unknown, decide: Decide): unknown {
  if (given === undefined) return undefined
  const options = bindable(given, "Bun.udpSocket", decide)
  if (options.connect === undefined || options.connect === null) return options
  const connect = snapshot(options.connect) ?? {}
  const port = +toText(connect.port)
  const hostname = decide({ host: toText(connect.hostname), port, api: "Bun.udpSocket" })
  options.connect = { hostname, port }
  return options
}

function replaceMethods(methods: UdpSocket, decide: Decide): void {
  const { send, sendMany, addMembership, addSourceSpecificMembership } = methods
  const remoteOf = uncurryThis(
    getOwnPropertyDescriptor(methods, "remoteAddress")!.get as (this: unknown) => Remote | undefined,
  )
  const decideOnRemote = ({ address, port }: Remote) => decide({ host: address, port, api: "UDP" })
  methods.send = function (data, port, address) {
    const remote = remoteOf(this)
    if (remote) {
      decideOnRemote(remote)
      return apply(send!, this, [data])
    }
    const number = +toText(port)
    const host = decide({ host: toText(address), port: number, api: "UDP" })
    return apply(send!, this, [data, number, host])
  }
  methods.sendMany = function (packets) {
    const copy: unknown[] = []
    if (isArray(packets)) for (let index = 0; index < packets.length; index++) copy[index] = packets[index]
    const remote = remoteOf(this)
    if (remote) decideOnRemote(remote)
    else {
      for (let index = 0; index + 2 < copy.length; index += 3) {
        const port = +toText(copy[index + 1])
        copy[index + 2] = decide({ host: toText(copy[index + 2]), port, api: "UDP" })
        copy[index + 1] = port
      }
    }
    return apply(sendMany!, this, [copy])
  }
  methods.addMembership = function (group, at) {
    return apply(addMembership!, this, [decide({ host: toText(group), api: "UDP multicast" }), at])
  }
  methods.addSourceSpecificMembership = function (source, group, at) {
    const host = decide({ host: toText(group), api: "UDP multicast" })
    return apply(addSourceSpecificMembership!, this, [source, host, at])
  }
}
