import type { ProgramDenial } from "../denials.ts"
import { answerConnect, connectStream } from "./answer-connect.ts"
import { answerListen } from "./answer-listen.ts"
import { answerRecvfrom, answerRecvmsg } from "./answer-receive.ts"
import { answerSendmmsg, answerSendmsg, answerSendto } from "./answer-send.ts"
import { answerSocket } from "./answer-socket.ts"
import { type Call, Channel } from "./channel.ts"
import { dropSupervisorsCapabilities } from "./confine.ts"
import { Stub } from "./dns.ts"
import { compileLess, giveBackExecutable } from "./footprint.ts"
import { Loop } from "./loop.ts"
import { Reach } from "./reach.ts"
import type { FromSupervisor, SupervisorStart } from "./settings.ts"
import { BrokeredSockets, DirectSockets, networkOf } from "./sockets.ts"
import { AF, E, type Name, POLL, SOCK, syscall, thisMachine } from "./syscalls.ts"
import type { Tree } from "./tree.ts"

// The supervisor: a thread of the launcher's that no filter holds. It answers what the kernel asks about the tree, one call
// at a time, until its process ends; then the listener closes, and the kernel fails every call that would be asked about.

/** Who asks by a socket that was not seen. */
const UNKNOWN = { pid: process.pid, program: "unknown" }

const ANSWERS: Partial<Record<Name, (call: Call, tree: Tree) => unknown>> = {
  socket: answerSocket,
  connect: answerConnect,
  listen: answerListen,
  sendto: answerSendto,
  sendmsg: answerSendmsg,
  sendmmsg: answerSendmmsg,
  recvfrom: answerRecvfrom,
  recvmsg: answerRecvmsg,
}

/** Questions after which pages of the executable are given back: from the start, and while what is asked often is compiled. */
const GIVE_BACK_AT = [1, 20, 300, 1000, 4000, 8000]

declare const self: { onmessage: (event: { data: SupervisorStart }) => void }
declare function postMessage(message: FromSupervisor): void

self.onmessage = ({ data }) => supervise(data)

/** Says when it is ready, waits for the listener, and answers from then on. Never returns. */
function supervise(start: SupervisorStart): never {
  dropSupervisorsCapabilities()
  const loop = new Loop()
  const reach = new Reach(start)
  const tell = start.tells ? (denied: ProgramDenial) => postMessage({ denied }) : undefined
  const stub = new Stub(loop, reach, (host, asker) =>
    tell?.({ time: Date.now(), ...(asker ?? UNKNOWN), api: "lookup", host, port: null }),
  )
  const network = ownNetwork()
  postMessage({ ready: true })
  const word = new Int32Array(start.listener)
  Atomics.wait(word, 0, 0)
  const channel = new Channel(word[0]! - 1)
  const sockets = start.brokered ? new BrokeredSockets(channel) : new DirectSockets(channel)
  const tree: Tree = { settings: start.settings, tell, channel, sockets, reach, loop, stub, network }
  const answers = byNumber()
  let asked = 0
  const next = () => {
    const call = channel.receive()
    if (call) answerOne(call, tree, answers)
    if (!GIVE_BACK_AT.includes(++asked)) return
    giveBackExecutable()
    // The rest takes time that a start does not have.
    if (asked === 1) return
    Bun.gc(true)
    postMessage({ giveBack: true })
  }
  compileLess([supervise, next, answerOne, connectStream, ...Object.values(ANSWERS)])
  loop.watch(channel.listener, POLL.IN, next)
  for (;;) loop.turn()
}

function answerOne(call: Call, tree: Tree, answers: ReturnType<typeof byNumber>): void {
  try {
    const answer = answers.get(call.number)
    if (answer) answer(call, tree)
    else tree.channel.answer(call, -E.NOSYS)
  } catch {
    // One call that fails is no reason to leave the others without an answer.
    tree.channel.answer(call, -E.ACCES)
  }
}

function byNumber(): Map<number, (call: Call, tree: Tree) => unknown> {
  const { nr } = thisMachine()!
  return new Map(Object.entries(ANSWERS).map(([name, answer]) => [nr[name as Name], answer]))
}

function ownNetwork(): string | undefined {
  const socket = syscall("socket", AF.INET, SOCK.STREAM | SOCK.CLOEXEC, 0)
  const network = networkOf(socket)
  syscall("close", socket)
  return network
}
