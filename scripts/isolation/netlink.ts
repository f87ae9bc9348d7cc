import { checked, errors, libc } from "./libc.ts"

// From linux/netlink.h, linux/rtnetlink.h and linux/if.h.
const AF_NETLINK = 16
const SOCK_RAW = 3
const NETLINK_ROUTE = 0
const REQUEST_ACK_CREATE = 0x1 | 0x4 | 0x400
const NLMSG_ERROR = 2
const RTM_NEWLINK = 16
const RTM_NEWROUTE = 24
const IFF_UP = 1
const RTA_DST = 1
const RTA_OIF = 4
const RTA_PREFSRC = 7
const RTPROT_BOOT = 3
const LOOPBACK_INDEX = 1

const families = { 4: 2, 6: 10 } as const
const routeTypes = {
  // Every address of the destination is this machine's own: packets come back in and can be answered.
  local: { type: 2, table: 255, scope: 254 },
  // Sent out and, as the loopback device has nobody else on it, never seen again: nothing comes back at all.
  lost: { type: 1, table: 254, scope: 253 },
} as const

/** A route over the loopback device. `source` is the address that packets get when a program chose none. */
export interface Route {
  family: 4 | 6
  type: keyof typeof routeTypes
  /** Raw address bytes and prefix length in bits; absent for the default route. */
  destination?: { address: Uint8Array; prefix: number }
  source?: Uint8Array
}

/** `ip link set lo up`, without iproute2. Needs CAP_NET_ADMIN in the current network namespace. */
export function bringLoopbackUp(): void {
  const link = new Int32Array([0, LOOPBACK_INDEX, IFF_UP, IFF_UP])
  request(RTM_NEWLINK, new Uint8Array(link.buffer))
}

/** `ip route add`, without iproute2. Returns false when the kernel has no such address family. */
export function addRoute(route: Route): boolean {
  const { type, table, scope } = routeTypes[route.type]
  const header = [
    families[route.family],
    route.destination?.prefix ?? 0,
    0,
    0,
    table,
    RTPROT_BOOT,
    scope,
    type,
  ]
  const index = new Uint8Array(new Uint32Array([LOOPBACK_INDEX]).buffer)
  const error = request(
    RTM_NEWROUTE,
    Buffer.concat([
      Uint8Array.from([...header, 0, 0, 0, 0]),
      attribute(RTA_OIF, index),
      route.destination ? attribute(RTA_DST, route.destination.address) : Buffer.alloc(0),
      route.source ? attribute(RTA_PREFSRC, route.source) : Buffer.alloc(0),
    ]),
    [errors.EAFNOSUPPORT],
  )
  return error === 0
}

function attribute(type: number, value: Uint8Array): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  padded.writeUInt16LE(4 + value.length, 0)
  padded.writeUInt16LE(type, 2)
  padded.set(value, 4)
  return padded
}

/** Sends one message and waits for the kernel's acknowledgement; returns 0 or one of the tolerated errors. */
function request(type: number, body: Uint8Array, tolerated: number[] = []): number {
  const message = Buffer.alloc(16 + body.length)
  message.writeUInt32LE(message.length, 0)
  message.writeUInt16LE(type, 4)
  message.writeUInt16LE(REQUEST_ACK_CREATE, 6)
  message.set(body, 16)
  const socket = checked("socket(AF_NETLINK)", libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE))
  try {
    const kernel = Buffer.alloc(12)
    kernel.writeUInt16LE(AF_NETLINK, 0)
    checked("sendto(netlink)", libc.sendto(socket, message, message.length, 0, kernel, kernel.length))
    const answer = Buffer.alloc(4096)
    checked("recvfrom(netlink)", libc.recvfrom(socket, answer, answer.length, 0, null, null))
    const error = answer.readUInt16LE(4) === NLMSG_ERROR ? -answer.readInt32LE(16) : 0
    if (error !== 0 && !tolerated.includes(error))
      throw new Error(`netlink request ${type} failed with error number ${error}`)
    return error
  } finally {
    libc.close(socket)
  }
}
