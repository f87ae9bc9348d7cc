import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path, { dirname } from "node:path"
import type { Plugin } from "esbuild"
import { makeProbe } from "../../scripts/harness/probe-executable.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import type { NetworkMode } from "../../scripts/isolation/network.ts"
import { runsAll } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"
import { probeFile } from "./lib/guard-executable.ts"
import { targetOf } from "./lib/kernel-probe.ts"
import { kernelVectors } from "./lib/kernel-vectors.ts"

// Every way out that a program has by system calls, judged by what leaves the namespace. That the same calls get out where
// the kernel is not asked to hold them is what makes "nothing left" mean something.

const ids = Object.keys(kernelVectors)
const wrapper = path.join(import.meta.dirname, "lib/docker-like.ts")
const NOBODY =
  'cd "$HOME" && exec /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all "$@"'

/** Who starts the executable. */
const users: Record<string, { prefix: string[]; root: boolean }> = {
  root: { prefix: [], root: true },
  "a user without capabilities": { prefix: ["/bin/sh", "-c", NOBODY, "sh"], root: false },
  "a container like Docker's": { prefix: [process.execPath, wrapper], root: true },
}

let executable: string
beforeAll(async () => {
  executable = await makeProbe(probeFile("kernel-probe.ts"), {
    stock: await stockExecutable(),
    plugins: [obeyLeaveOut],
  })
  await chmod(dirname(executable), 0o755)
})
afterAll(() => rm(dirname(executable), { recursive: true }))

/** Names a call that is made as it stands instead of asked about: the executable that is made here obeys it. */
const LEAVE_OUT = "TEST_KERNEL_WITHOUT"

const obeyLeaveOut: Plugin = {
  name: "obey-leave-out",
  setup({ onLoad }) {
    onLoad({ filter: /offline\/kernel\/(filter|supervise)\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8")
      const contents = text
        .replace(
          "leaveOut = []",
          `leaveOut = [process.env.${LEAVE_OUT}].filter((call) => call !== "connect")`,
        )
        // By this call a program makes sure that it is confined, or it does not start.
        .replace(
          "connect: answerConnect,",
          `connect: (call, tree) =>
            process.env.${LEAVE_OUT} === "connect" && call.ints[0] !== -1
              ? tree.channel.proceed(call)
              : answerConnect(call, tree),`,
        )
      expect(contents).not.toBe(text)
      return { contents, loader: "ts" }
    })
  },
}

interface Outcome {
  results: Record<string, number>
  opened: string[]
  vsock?: number
  /** The interface that a datagram socket is bound to. */
  bound: number
  uid: number
}

async function tryVectors(
  { prefix, mode }: { prefix: string[]; mode: NetworkMode },
  args: string[],
  env: Record<string, string> = {},
) {
  const [program, ...words] = [...prefix, executable, ...args]
  const home = await mkdtemp(path.join(tmpdir(), "home-"))
  await chmod(home, 0o777)
  const result = await runIsolated({
    executable: program!,
    args: words,
    env: { PROBE_KERNEL: args.length > 0 ? "confined" : "open", HOME: home, TMPDIR: home, ...env },
    mode,
  })
  await rm(home, { recursive: true })
  expect(result).toMatchObject({ exitCode: 0, stderr: "" })
  const outcome: Outcome = JSON.parse(result.stdout)
  const leaked = ids.filter((id) => {
    const { v4, v6, name } = targetOf(id)
    const own = [v4.join("."), `2001:db8::${v6[15]!.toString(16)}`]
    return result.attempts.some(
      (attempt) => (attempt.address !== undefined && own.includes(attempt.address)) || attempt.name === name,
    )
  })
  return { outcome, leaked, attempts: result.attempts }
}

/** Behind a firewall that says nothing, where a socket that is bound to loopback leads nowhere; and where there is IPv6. */
const modes = ["drop", "refuse"] as const
const cases = Object.entries(users).flatMap(([user, how]) => modes.map((mode) => ({ user, ...how, mode })))
const there = (id: string, { root, mode }: (typeof cases)[number]) =>
  (root || !kernelVectors[id]!.root) && (mode === "refuse" || !kernelVectors[id]!.ipv6)

describe.each(cases)("started by $user, mode $mode", (how) => {
  // Without an answer, each takes as long as a program waits for one.
  if (how.mode !== "drop" || runsAll)
    test("every vector gets out when the switch is off", async () => {
      const { leaked } = await tryVectors(how, [])
      expect(leaked).toEqual(ids.filter((id) => there(id, how)))
    })

  test("nothing leaves when the kernel holds it, and nothing else can be opened", async () => {
    const { outcome, attempts } = await tryVectors(how, ["--offline=kernel"])
    expect(attempts).toEqual([])
    // A query is answered by the stub, that there is no such name.
    const done = ids.filter((id) => outcome.results[id]! >= 0 && !id.startsWith("dns-"))
    expect(done).toEqual([])
    expect(outcome.opened).toEqual(["1/1", "1/5", "2/1", "2/2", "10/1", "10/2", "16/2", "16/3"])
    expect(outcome).toMatchObject({ vsock: -97, bound: 1 })
  })
})

describe("with a call that is let through instead of asked about, its vectors get out", () => {
  const how = { ...users.root!, mode: "refuse" as const }
  const leakedWithout = async (calls: string, mode: NetworkMode = how.mode) =>
    (await tryVectors({ ...how, mode }, ["--offline=kernel"], { [LEAVE_OUT]: calls })).leaked
  const by = (call: string) => ids.filter((id) => kernelVectors[id]!.asked === call)

  test.each(["connect", "sendto", "sendmsg", "sendmmsg"])("%s", async (call) => {
    expect(by(call)).not.toEqual([])
    expect(await leakedWithout(call)).toEqual(by(call))
  })

  test("no call that is not listed here", () => {
    const asked = new Set(Object.values(kernelVectors).map(({ asked }) => asked))
    expect([...asked].sort()).toEqual(["connect", "sendmmsg", "sendmsg", "sendto", undefined])
  })

  test("and a datagram socket that the supervisor did not make is not bound to loopback", async () => {
    const { outcome } = await tryVectors(how, ["--offline=kernel"], { [LEAVE_OUT]: "socket" })
    expect(outcome.bound).toBe(0)
  })
})
