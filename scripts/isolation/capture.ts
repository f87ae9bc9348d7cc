import { ptr } from "bun:ffi"
import { checked, errno, errors, libc } from "./libc.ts"
import { leavingAndForeign } from "./packet-filter.ts"
import type { Sender } from "./sender.ts"

// From linux/if_packet.h, linux/if_ether.h and asm-generic/socket.h.
const AF_PACKET = 17
const SOCK_DGRAM = 2
const SOL_SOCKET = 1
const SOL_PACKET = 263
const SO_RCVBUF = 8
const SO_ATTACH_FILTER = 26
const PACKET_STATISTICS = 6
const ETH_P_ALL = 0x0003
const MSG_DONTWAIT = 0x40
const LARGEST_PACKET = 65_536
const WANTED_BUFFER = 16 * 1024 * 1024

/** One packet as it left a program, from its IP header on. */
export interface CapturedPacket {
  /** Milliseconds since the capture began. */
  at: number
  bytes: Uint8Array
  /** The process that sent it, when that was looked for and found. */
  process?: Sender
}

/**
 * Records every packet that leaves any program in this network namespace, on every interface, port and
 * protocol, except those from loopback to loopback. Needs CAP_NET_RAW in the namespace.
 */
export class Capture {
  readonly packets: CapturedPacket[] = []
  /** The wall clock when the capture began, in milliseconds since 1970. */
  readonly startedAt = Date.now()
  readonly #socket: number
  readonly #started = performance.now()
  readonly #buffer = Buffer.alloc(LARGEST_PACKET)
  readonly #timer: Timer
  readonly #findSender: (packet: Uint8Array) => Sender | undefined
  #lost = 0

  /** @param findSender called with each packet soon after it was sent */
  constructor(findSender: (packet: Uint8Array) => Sender | undefined = () => undefined) {
    this.#findSender = findSender
    // The protocol is given to bind(2) and not to socket(2), so that nothing arrives ahead of the filter.
    this.#socket = checked("socket(AF_PACKET)", libc.socket(AF_PACKET, SOCK_DGRAM, 0))
    this.#setOption(SO_RCVBUF, new Uint8Array(new Uint32Array([WANTED_BUFFER]).buffer))
    this.#attachFilter()
    const anyInterface = Buffer.alloc(20)
    anyInterface.writeUInt16LE(AF_PACKET, 0)
    anyInterface.writeUInt16BE(ETH_P_ALL, 2)
    checked("bind(AF_PACKET)", libc.bind(this.#socket, anyInterface, anyInterface.length))
    this.#timer = setInterval(() => this.drain(), 10)
  }

  /** Packets that the kernel had no room for. Anything but 0 makes a run worthless. */
  get lost(): number {
    const statistics = Buffer.alloc(8)
    const length = new Uint32Array([statistics.length])
    checked(
      "getsockopt(PACKET_STATISTICS)",
      libc.getsockopt(this.#socket, SOL_PACKET, PACKET_STATISTICS, statistics, length),
    )
    // The kernel resets its counter when it is read.
    this.#lost += statistics.readUInt32LE(4)
    return this.#lost
  }

  /** Takes over what the kernel holds. A packet is there as soon as the call that sent it has returned. */
  drain(): void {
    for (;;) {
      const size = libc.recvfrom(this.#socket, this.#buffer, LARGEST_PACKET, MSG_DONTWAIT, null, null)
      if (size >= 0) this.#keep(size)
      else if (errno() === errors.EAGAIN) return
      else if (errno() !== errors.EINTR) checked("recvfrom(AF_PACKET)", size)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    libc.close(this.#socket)
  }

  #keep(size: number): void {
    const bytes = new Uint8Array(this.#buffer.subarray(0, size))
    this.packets.push({ at: performance.now() - this.#started, bytes, process: this.#findSender(bytes) })
  }

  #setOption(name: number, value: Uint8Array): void {
    const result = libc.setsockopt(this.#socket, SOL_SOCKET, name, value, value.length)
    checked(`setsockopt(SOL_SOCKET, ${name})`, result)
  }

  #attachFilter(): void {
    const program = leavingAndForeign(LARGEST_PACKET)
    const descriptor = Buffer.alloc(16)
    descriptor.writeUInt16LE(program.length / 8, 0)
    descriptor.writeBigUInt64LE(BigInt(ptr(program)), 8)
    this.#setOption(SO_ATTACH_FILTER, descriptor)
  }
}
