import {
  AF,
  E,
  IPPROTO,
  type Machine,
  MSG,
  type Name,
  SECCOMP,
  SO,
  SOCK,
  SOL_SOCKET,
  TERMINAL_INPUT,
} from "./syscalls.ts"

// The program that the kernel runs ahead of each system call of the tree. It answers by what is in registers; whatever
// points to memory is asked of the supervisor, as another thread may exchange memory at any time.

export interface FilterOptions {
  /** Sockets of all families are made by the supervisor, because it cannot get at those of others. */
  brokered: boolean
  /** Landlock does not keep the tree from other processes, so the calls that get at those are denied. */
  denyTracing: boolean
  /** Resolvers here look by recvmsg who has answered, as musl's do: recvmsg is asked about, too. */
  asksReceivers: boolean
  /** Calls whose notification is left out; for tests, which see each of them leak. */
  leaveOut?: readonly string[]
}

interface Instruction {
  code: number
  k: number
  /** Names of labels; the next instruction when they are not given. */
  yes?: string
  no?: string
  label?: string
}

const LOAD = 0x20
const AND = 0x54
const EQUAL = 0x15
const GREATER_OR_EQUAL = 0x35
const ANY_BIT = 0x45
const RETURN = 0x06

const NUMBER = 0
const ARCHITECTURE = 4
/** The low half of an argument: all that the kernel takes of an `int`. */
const low = (index: number) => 16 + 8 * index
const high = (index: number) => low(index) + 4

const allow = ret(SECCOMP.ALLOW)
const notify = ret(SECCOMP.NOTIFY)

/** @returns the program, as `struct sock_filter`s */
export function buildFilter(machine: Machine, options: FilterOptions): Uint8Array {
  return encode([
    ...forArchitecture(machine),
    ...rules(options).flatMap((rule) => forCall(machine, rule)),
    allow,
  ])
}

interface Rule {
  call: Name
  /** Every way through it returns. */
  does: Instruction[]
}

function rules({ brokered, denyTracing, asksReceivers, leaveOut = [] }: FilterOptions): Rule[] {
  const asked = (call: Name): Instruction => (leaveOut.includes(call) ? allow : notify)
  const denied = (errno: number, ...calls: Name[]) => calls.map((call) => ({ call, does: [deny(errno)] }))
  return [
    { call: "socket", does: socket(brokered ? asked("socket") : allow, asked("socket")) },
    { call: "socketpair", does: socketpair() },
    { call: "connect", does: [asked("connect")] },
    { call: "listen", does: [asked("listen")] },
    { call: "sendto", does: sendto(asked("sendto")) },
    { call: "sendmsg", does: [...withoutFastOpen(2), asked("sendmsg")] },
    { call: "sendmmsg", does: [...withoutFastOpen(3), asked("sendmmsg")] },
    { call: "recvfrom", does: [...ifPointer(4, asked("recvfrom")), allow] },
    ...(asksReceivers ? [{ call: "recvmsg" as const, does: [asked("recvmsg")] }] : []),
    { call: "setsockopt", does: setsockopt() },
    { call: "ioctl", does: ioctl() },
    ...denied(E.NOSYS, "io_uring_setup", "io_uring_enter", "io_uring_register"),
    ...denied(E.PERM, "bpf", "setns"),
    ...(denyTracing
      ? denied(
          E.PERM,
          "ptrace",
          "process_vm_readv",
          "process_vm_writev",
          "process_madvise",
          "pidfd_getfd",
          "kcmp",
        )
      : []),
  ]
}

/**
 * @param stream what becomes of a stream on the internet, or within this machine
 * @param datagram what becomes of a datagram socket on the internet: the supervisor makes it, bound to loopback
 */
function socket(stream: Instruction, datagram: Instruction): Instruction[] {
  return [
    load(low(0)),
    test(EQUAL, AF.INET, "internet"),
    test(EQUAL, AF.INET6, "internet"),
    test(EQUAL, AF.UNIX, "unix"),
    test(EQUAL, AF.NETLINK, "netlink"),
    deny(E.AFNOSUPPORT),
    labelled("netlink", load(low(2))),
    test(EQUAL, 0, "routes"),
    deny(E.PROTONOSUPPORT),
    labelled("routes", stream),
    // A datagram's receiver can be exchanged after it was looked at, so there are none at all.
    labelled("unix", load(low(1))),
    { code: AND, k: SOCK.TYPE },
    test(EQUAL, SOCK.STREAM, "stream"),
    test(EQUAL, SOCK.SEQPACKET, "stream"),
    deny(E.ACCES),
    labelled("internet", load(low(1))),
    { code: AND, k: SOCK.TYPE },
    test(EQUAL, SOCK.STREAM, "tcp"),
    test(EQUAL, SOCK.DGRAM, "udp"),
    deny(E.PERM),
    labelled("tcp", load(low(2))),
    test(EQUAL, 0, "stream"),
    test(EQUAL, IPPROTO.TCP, "stream"),
    deny(E.PROTONOSUPPORT),
    labelled("stream", stream),
    labelled("udp", load(low(2))),
    test(EQUAL, 0, "datagram"),
    test(EQUAL, IPPROTO.UDP, "datagram"),
    deny(E.PROTONOSUPPORT),
    labelled("datagram", datagram),
  ]
}

function socketpair(): Instruction[] {
  return [
    load(low(0)),
    test(EQUAL, AF.UNIX, "unix"),
    deny(E.AFNOSUPPORT),
    labelled("unix", load(low(1))),
    { code: AND, k: SOCK.TYPE },
    test(EQUAL, SOCK.STREAM, "fine"),
    test(EQUAL, SOCK.SEQPACKET, "fine"),
    deny(E.ACCES),
    labelled("fine", allow),
  ]
}

/** A connected socket names no receiver, and stays as fast as it was. */
function sendto(named: Instruction): Instruction[] {
  return [...withoutFastOpen(3), ...ifPointer(4, named), allow]
}

/** Fast open connects without a call of that name. */
function withoutFastOpen(flags: number): Instruction[] {
  return [
    load(low(flags)),
    { code: ANY_BIT, k: MSG.FASTOPEN, yes: "fast", no: "slow" },
    labelled("fast", deny(E.OPNOTSUPP)),
    labelled("slow", load(low(flags))),
  ]
}

function ifPointer(index: number, then: Instruction): Instruction[] {
  return [
    load(low(index)),
    { code: EQUAL, k: 0, no: "pointer" },
    load(high(index)),
    { code: EQUAL, k: 0, yes: "null" },
    labelled("pointer", then),
    labelled("null", load(NUMBER)),
  ]
}

/** What leads a socket off loopback, or past the machine's own firewall. */
function setsockopt(): Instruction[] {
  return [
    load(low(1)),
    { code: EQUAL, k: SOL_SOCKET, no: "fine" },
    load(low(2)),
    test(EQUAL, SO.BINDTODEVICE, "denied"),
    test(EQUAL, SO.BINDTOIFINDEX, "denied"),
    test(EQUAL, SO.MARK, "denied"),
    labelled("fine", allow),
    labelled("denied", deny(E.PERM)),
  ]
}

/** What types into the terminal, where a shell outside of the tree would read it. */
function ioctl(): Instruction[] {
  return [
    load(low(1)),
    test(EQUAL, TERMINAL_INPUT.TIOCSTI, "denied"),
    test(EQUAL, TERMINAL_INPUT.TIOCLINUX, "denied"),
    allow,
    labelled("denied", deny(E.PERM)),
  ]
}

/** Calls of the other architectures that the kernel knows have other numbers: none may open a socket. */
function forArchitecture({ audit, compat, foreignFrom }: Machine): Instruction[] {
  return [
    load(ARCHITECTURE),
    test(EQUAL, audit, "native"),
    test(EQUAL, compat.audit, "compat"),
    deny(E.NOSYS),
    labelled("compat", load(NUMBER)),
    ...compat.numbers.map((number) => test(EQUAL, number, "foreign")),
    allow,
    labelled("foreign", deny(E.NOSYS)),
    labelled("native", load(NUMBER)),
    ...(foreignFrom === undefined
      ? []
      : [
          { code: GREATER_OR_EQUAL, k: foreignFrom, yes: "other", no: "own" },
          labelled("other", deny(E.NOSYS)),
          labelled("own", load(NUMBER)),
        ]),
  ]
}

/** Labels of one call are its own. */
function forCall({ nr }: Machine, { call, does }: Rule): Instruction[] {
  const own = (label: string | undefined) => label && `${call} ${label}`
  const body = does.map((one) => ({ ...one, yes: own(one.yes), no: own(one.no), label: own(one.label) }))
  const next = `after ${call}`
  return [load(NUMBER), { code: EQUAL, k: nr[call], no: next }, ...body, labelled(next, load(NUMBER))]
}

function load(offset: number): Instruction {
  return { code: LOAD, k: offset }
}

function test(code: number, k: number, yes: string): Instruction {
  return { code, k, yes }
}

function ret(k: number): Instruction {
  return { code: RETURN, k }
}

function deny(errno: number): Instruction {
  return ret(SECCOMP.ERRNO | errno)
}

function labelled(label: string, instruction: Instruction): Instruction {
  return { ...instruction, label }
}

/** A label of a rule may stand in it more than once: the next one is meant. */
function encode(program: Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  const distance = (from: number, label: string | undefined): number => {
    if (label === undefined) return 0
    const target = program.findIndex((one, index) => index > from && one.label === label)
    const steps = target - from - 1
    if (target === -1 || steps > 255) throw new Error(`the filter cannot jump to "${label}"`)
    return steps
  }
  for (const [index, { code, k, yes, no }] of program.entries()) {
    view.setUint16(index * 8, code, true)
    view.setUint8(index * 8 + 2, distance(index, yes))
    view.setUint8(index * 8 + 3, distance(index, no))
    view.setUint32(index * 8 + 4, k >>> 0, true)
  }
  return bytes
}
