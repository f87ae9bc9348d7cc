import { describe, expect, test } from "bun:test"
import { buildFilter, type FilterOptions } from "../../../offline/kernel/filter.ts"
import {
  AF,
  E,
  MACHINES,
  type Machine,
  MSG,
  type Name,
  SECCOMP,
  SO,
  SOCK,
} from "../../../offline/kernel/syscalls.ts"

// The filter is run here as the kernel runs it: the few instructions of classic BPF that it is made of.

type Call = { number: number; arch: number; args: number[] }

const plain: FilterOptions = { brokered: false, denyTracing: false, asksReceivers: false }

/** What the program returns for a call. */
function decide(program: Uint8Array, { number, arch, args }: Call): number {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, arch, true)
  args.forEach((value, index) => {
    data.setUint32(16 + 8 * index, value % 0x100000000, true)
    data.setUint32(20 + 8 * index, Math.floor(value / 0x100000000), true)
  })
  const view = new DataView(program.buffer)
  let accumulator = 0
  for (let at = 0; ; at++) {
    const [code, yes, no] = [
      view.getUint16(at * 8, true),
      view.getUint8(at * 8 + 2),
      view.getUint8(at * 8 + 3),
    ]
    const k = view.getUint32(at * 8 + 4, true)
    const jump = (holds: boolean) => {
      at += holds ? yes : no
    }
    if (code === 0x20) accumulator = data.getUint32(k, true)
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0
    else if (code === 0x15) jump(accumulator === k)
    else if (code === 0x35) jump(accumulator >= k)
    else if (code === 0x45) jump((accumulator & k) !== 0)
    else if (code === 0x06) return k
    else throw new Error(`the kernel's verifier would not take instruction ${code}`)
  }
}

const denied = (errno: number) => SECCOMP.ERRNO | errno

describe.each(Object.entries(MACHINES))("on %s", (_, machine: Machine) => {
  const ask = (name: Name, args: number[], options: FilterOptions = plain) =>
    decide(buildFilter(machine, options), { number: machine.nr[name], arch: machine.audit, args })

  test.each<[string, number[], number]>([
    ["TCP over IPv4", [AF.INET, SOCK.STREAM | SOCK.CLOEXEC, 6], SECCOMP.ALLOW],
    ["TCP over IPv6", [AF.INET6, SOCK.STREAM | SOCK.NONBLOCK, 0], SECCOMP.ALLOW],
    ["UDP", [AF.INET, SOCK.DGRAM, 0], SECCOMP.NOTIFY],
    ["UDP over IPv6", [AF.INET6, SOCK.DGRAM | SOCK.CLOEXEC, 17], SECCOMP.NOTIFY],
    ["UDP with bits above the int", [AF.INET + 2 ** 32, SOCK.DGRAM + 2 ** 32, 0], SECCOMP.NOTIFY],
    ["ICMP", [AF.INET, SOCK.DGRAM, 1], denied(E.PROTONOSUPPORT)],
    ["MPTCP", [AF.INET, SOCK.STREAM, 262], denied(E.PROTONOSUPPORT)],
    ["raw", [AF.INET, 3, 17], denied(E.PERM)],
    ["a Unix stream", [AF.UNIX, SOCK.STREAM, 0], SECCOMP.ALLOW],
    ["a Unix datagram", [AF.UNIX, SOCK.DGRAM, 0], denied(E.ACCES)],
    ["a Unix datagram by its other number", [AF.UNIX, 3, 0], denied(E.ACCES)],
    ["routes", [AF.NETLINK, 3, 0], SECCOMP.ALLOW],
    ["another netlink", [AF.NETLINK, 3, 12], denied(E.PROTONOSUPPORT)],
    ["packets", [17, 3, 0], denied(E.AFNOSUPPORT)],
    ["vsock", [AF.VSOCK, SOCK.STREAM, 0], denied(E.AFNOSUPPORT)],
  ])("a socket for %s", (_, args, outcome) => {
    expect(ask("socket", args)).toBe(outcome)
  })

  test("where descriptors cannot be taken, every socket is made by the supervisor", () => {
    const brokered = { ...plain, brokered: true }
    for (const family of [AF.INET, AF.INET6, AF.UNIX])
      expect(ask("socket", [family, SOCK.STREAM, 0], brokered)).toBe(SECCOMP.NOTIFY)
    expect(ask("socket", [AF.NETLINK, 3, 0], brokered)).toBe(SECCOMP.NOTIFY)
  })

  test("a pair is a stream within this machine, or none", () => {
    expect(ask("socketpair", [AF.UNIX, SOCK.STREAM, 0])).toBe(SECCOMP.ALLOW)
    expect(ask("socketpair", [AF.UNIX, SOCK.SEQPACKET, 0])).toBe(SECCOMP.ALLOW)
    expect(ask("socketpair", [AF.UNIX, SOCK.DGRAM, 0])).toBe(denied(E.ACCES))
    expect(ask("socketpair", [30, SOCK.STREAM, 0])).toBe(denied(E.AFNOSUPPORT))
  })

  test.each<[Name, number]>([
    ["sendto", 3],
    ["sendmsg", 2],
    ["sendmmsg", 3],
  ])("%s with fast open is denied", (name, place) => {
    const args = [3, 4096, 1, 1, 4096, 16]
    args[place] = MSG.FASTOPEN | MSG.NOSIGNAL
    expect(ask(name, args)).toBe(denied(E.OPNOTSUPP))
    args[place] = MSG.NOSIGNAL
    expect(ask(name, args)).toBe(SECCOMP.NOTIFY)
  })

  test("what names no receiver is as fast as it was", () => {
    expect(ask("sendto", [3, 4096, 1, 0, 0, 0])).toBe(SECCOMP.ALLOW)
    expect(ask("sendto", [3, 4096, 1, 0, 2 ** 32, 16])).toBe(SECCOMP.NOTIFY)
    expect(ask("recvfrom", [3, 4096, 1, 0, 0, 0])).toBe(SECCOMP.ALLOW)
    for (const name of ["read", "write", "accept4", "bind"] as const)
      expect(ask(name, [3, 4096, 1])).toBe(SECCOMP.ALLOW)
  })

  test("recvmsg is asked about where resolvers look by it who has answered", () => {
    expect(ask("recvmsg", [3, 4096, 0])).toBe(SECCOMP.ALLOW)
    expect(ask("recvmsg", [3, 4096, 0], { ...plain, asksReceivers: true })).toBe(SECCOMP.NOTIFY)
  })

  test("connecting and listening are asked about, always", () => {
    expect(ask("connect", [0, 0, 0])).toBe(SECCOMP.NOTIFY)
    expect(ask("listen", [0, 0])).toBe(SECCOMP.NOTIFY)
  })

  test("no option leads a socket off loopback", () => {
    for (const name of [SO.BINDTODEVICE, SO.BINDTOIFINDEX, SO.MARK])
      expect(ask("setsockopt", [3, 1, name])).toBe(denied(E.PERM))
    expect(ask("setsockopt", [3, 6, SO.BINDTODEVICE])).toBe(SECCOMP.ALLOW)
    expect(ask("setsockopt", [3, 1, SO.PASSCRED])).toBe(SECCOMP.ALLOW)
  })

  test("nobody types into the terminal, also with bits above the int", () => {
    expect(ask("ioctl", [0, 0x5412])).toBe(denied(E.PERM))
    expect(ask("ioctl", [0, 0x5412 + 2 ** 32])).toBe(denied(E.PERM))
    expect(ask("ioctl", [0, 0x5413])).toBe(SECCOMP.ALLOW)
  })

  test("what bypasses system calls, or joins other namespaces, is denied", () => {
    for (const name of ["io_uring_setup", "io_uring_enter", "io_uring_register"] as const)
      expect(ask(name, [])).toBe(denied(E.NOSYS))
    for (const name of ["bpf", "setns"] as const) expect(ask(name, [])).toBe(denied(E.PERM))
  })

  test("tracing is denied only where Landlock does not keep it within the tree", () => {
    for (const name of ["ptrace", "process_vm_writev", "pidfd_getfd"] as const) {
      expect(ask(name, [])).toBe(SECCOMP.ALLOW)
      expect(ask(name, [], { ...plain, denyTracing: true })).toBe(denied(E.PERM))
    }
  })

  test("no call of another architecture opens a socket", () => {
    const program = buildFilter(machine, plain)
    for (const number of machine.compat.numbers)
      expect(decide(program, { number, arch: machine.compat.audit, args: [] })).toBe(denied(E.NOSYS))
    expect(decide(program, { number: 3, arch: machine.compat.audit, args: [] })).toBe(SECCOMP.ALLOW)
    expect(decide(program, { number: 3, arch: 0x12345678, args: [] })).toBe(denied(E.NOSYS))
    if (machine.foreignFrom !== undefined)
      for (const name of ["socket", "connect", "read"] as const)
        expect(
          decide(program, { number: machine.foreignFrom + machine.nr[name], arch: machine.audit, args: [] }),
        ).toBe(denied(E.NOSYS))
  })
})
