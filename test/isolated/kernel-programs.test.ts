import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path, { dirname } from "node:path"
import { makeProbe } from "../../scripts/harness/probe-executable.ts"
import type { Attempt } from "../../scripts/isolation/attempts.ts"
import { stockExecutable } from "../lib/stock.ts"
import { goProgram, isMissing, type MuslProgram, muslProgram } from "./lib/foreign-programs.ts"
import { probeFile } from "./lib/guard-executable.ts"
import { runCommandIn } from "./lib/kernel-run.ts"

// What programs below the executable reach, and what they do not, judged by the recorder and by servers outside of the tree.

let executable: string
beforeAll(async () => {
  executable = await makeProbe(probeFile("kernel-probe.ts"), { stock: await stockExecutable() })
  await chmod(dirname(executable), 0o755)
})
afterAll(() => rm(dirname(executable), { recursive: true }))

const madeHere = await mkdtemp(path.join(tmpdir(), "musl-"))
afterAll(() => rm(madeHere, { recursive: true }))
const [go, musl] = [await goProgram(), await muslProgram(madeHere)]
for (const program of [go, musl]) if (isMissing(program)) console.error(`not run: ${program.missing}`)

/** What was reached, as name or address and port, each once. */
const namesOf = (attempts: Attempt[]) =>
  [...new Set(attempts.map(({ name, address, port }) => `${name ?? address}:${port}`))].sort()

const wrapper = path.join(import.meta.dirname, "lib/docker-like.ts")
const starts = [
  { how: "as it is", prefix: [] },
  { how: "in a container like Docker's", prefix: [process.execPath, wrapper] },
]
const curl = "curl -sS -m 20 -o /dev/null -w '%{http_code}\\n'"

describe.each(starts)("started $how", ({ prefix }) => {
  const run = (command: string, offline: Record<string, unknown> = {}) =>
    runCommandIn(executable, command, { prefix, offline })

  test("a program reaches an allowed host by its name and port, and nothing else", async () => {
    const { stdout, attempts, denials } = await run(
      `exec 2>&1
      ${curl} http://good.example/
      ${curl} http://good.example:8080/
      ${curl} http://evil.example/
      ${curl} http://203.0.113.7/
      ${curl} http://[2001:db8::7]/`,
    )
    const lines = stdout.split("\n").filter((line) => /^\d{3}$/.test(line))
    expect(lines).toEqual(["404", "000", "000", "000", "000"])
    expect(stdout).toContain("Could not resolve host: evil.example")
    expect(new Set(attempts.map(({ name, port }) => `${name}:${port}`))).toEqual(
      new Set(["good.example:53", "good.example:80"]),
    )
    const found = denials.map(({ host, port, api }) => `${api} ${host} ${port}`)
    expect(found).toContain("curl: lookup evil.example null")
    expect(found).toContain("curl: connect 203.0.113.7 80")
    expect(found).toContain("curl: connect 2001:db8::7 80")
    expect(found.some((line) => /^curl: connect 198\.18\.\d+\.\d+ 8080$/.test(line))).toBe(true)
    expect(denials.every(({ pid }) => pid > 1)).toBe(true)
  })

  test("git and Python are held too", async () => {
    const { stdout, attempts } = await run(
      `exec 2>&1
      git ls-remote http://good.example/x
      git ls-remote http://evil.example/x
      python3 - <<'END'
import socket
for kind, address in ((socket.SOCK_STREAM, ("203.0.113.8", 80)), (socket.SOCK_DGRAM, ("203.0.113.8", 80))):
    it = socket.socket(socket.AF_INET, kind)
    try:
        it.connect(address)
        print("connected")
    except OSError as error:
        print(error.errno)
END`,
    )
    expect(stdout).toContain("repository 'http://good.example/x/' not found")
    expect(stdout).toContain("Could not resolve host: evil.example")
    expect(stdout.trim().split("\n").slice(-2)).toEqual(["13", "101"])
    expect(new Set(attempts.map(({ name }) => name))).toEqual(new Set(["good.example"]))
  })

  test.skipIf(isMissing(go))(
    "a program in Go reaches an allowed host by its name, and nothing else",
    async () => {
      const { stdout, attempts, denials } = await run(
        `exec 2>&1
        for resolver in go cgo; do for host in good.example evil.example 203.0.113.7; do
          GODEBUG=netdns=$resolver ${go} http://$host/
        done; done`,
      )
      // What the host answers is no JSON.
      const once = [
        /^failed to form statements: EOF$/,
        /lookup evil\.example.*no such host$/,
        /permission denied$/,
      ]
      const lines = stdout.trim().split("\n")
      expect(lines).toEqual([...once, ...once].map((line) => expect.stringMatching(line)))
      expect(namesOf(attempts)).toEqual(["good.example:53", "good.example:80"])
      const found = denials.map(({ host, api }) => `${api} ${host}`)
      expect(new Set(found)).toEqual(new Set(["gron: lookup evil.example", "gron: connect 203.0.113.7"]))
    },
  )

  test.skipIf(isMissing(musl))(
    "a static program with musl reaches an allowed host by its name, and nothing else",
    async () => {
      const { path, receivesMessages } = musl as MuslProgram
      const { stdout, attempts } = await run(
        `cp ${path} $FOLDER/dial
        $FOLDER/dial 203.0.113.9 80 good.example 80 good.example 81 evil.example 80 203.0.113.7 80`,
        { allow: ["good.example:80", "203.0.113.9:80"] },
      )
      const found = receivesMessages ? ["no such name", "no such name"] : ["connected", "Permission denied"]
      expect(stdout.trim().split("\n")).toEqual([
        "203.0.113.9 connected",
        `good.example ${found[0]}`,
        `good.example ${found[1]}`,
        "evil.example no such name",
        "203.0.113.7 Permission denied",
      ])
      expect(namesOf(attempts)).toEqual([
        "203.0.113.9:80",
        "good.example:53",
        ...(receivesMessages ? [] : ["good.example:80"]),
      ])
    },
  )

  test("a resolver that looks who answers is content", async () => {
    const code = `const dns = require("node:dns").promises
      console.log(await dns.resolve4("good.example"))`
    const { stdout } = await run(`BUN_BE_BUN=1 "${executable}" -e '${code}' 2>&1`)
    expect(stdout).toMatch(/^\[ "198\.18\.\d+\.\d+" \]\n$/)
  })

  test("on loopback a program reaches its own ports and those that are named", async () => {
    const serve = `python3 -m http.server -d / 8090 --bind 127.0.0.1 >/dev/null 2>&1 &
      until curl -s -o /dev/null http://127.0.0.1:8090/; do sleep 0.1; done`
    const ask = `for port in 8081 8082 8090; do ${curl} http://127.0.0.1:$port/; done 2>&1`
    const own = await run(`${serve}; ${ask}; kill $!`)
    expect(own.stdout.match(/^\d{3}$/gm)).toEqual(["000", "200", "200"])
    expect(own.reached.connections).toEqual(["8082"])
    const any = await run(ask, { loopback: "any" })
    expect(any.stdout.match(/^\d{3}$/gm)).toEqual(["200", "200", "000"])
  })

  test("a Unix socket outside of the tree is reached only if it is named, and gets no byte of anyone else", async () => {
    const ask = `${curl} --unix-socket $OUTSIDE http://x/; ${curl} --abstract-unix-socket outside http://x/`
    const denied = await run(`exec 2>&1; ${ask}`)
    expect(denied.stdout.match(/^\d{3}$/gm)).toEqual(["000", "000"])
    expect(denied.reached.bytes).toBe("")
    const allowed = await run(`exec 2>&1; ${ask}`, { unix: ["OUTSIDE", "@outside"] })
    expect(allowed.stdout.match(/^\d{3}$/gm)).toEqual(["200", "200"])
  })

  test("within the tree, Unix sockets work by absolute, relative and abstract names", async () => {
    const { stdout, stderr } = await run(
      `cd $FOLDER && python3 - <<'END'
import os, socket, threading
def talk(kind, bound, name):
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(bound)
    server.listen()
    def answer():
        it, _ = server.accept()
        it.sendall(it.recv(9) + b"!")
    threading.Thread(target=answer).start()
    client = socket.socket(socket.AF_UNIX, kind)
    client.connect(name)
    client.sendall(b"hello")
    print(client.recv(9).decode())
talk(socket.SOCK_STREAM, "own", os.path.abspath("own"))
talk(socket.SOCK_SEQPACKET, "other", "other")
talk(socket.SOCK_STREAM, "\\0within", "\\0within")
one, two = socket.socketpair()
one.sendmsg([b"pair"])
print(two.recv(9).decode())
END`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: "hello!\nhello!\nhello!\npair\n", stderr: "" })
  })

  test("a hundred clients at once, and calls that signals interrupt, come out right", async () => {
    const { stdout, stderr } = await run(
      `python3 - <<'END'
import signal, socket, threading
server = socket.create_server(("127.0.0.1", 0), backlog=256)
port = server.getsockname()[1]
def accept():
    while True:
        it, _ = server.accept()
        it.close()
threading.Thread(target=accept, daemon=True).start()
signal.signal(signal.SIGALRM, lambda *_: None)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
wrong = []
def connect():
    for _ in range(5):
        try:
            it = socket.socket()
            it.connect(("127.0.0.1", port))
            it.close()
        except OSError as error:
            wrong.append(error.errno)
threads = [threading.Thread(target=connect) for _ in range(100)]
[it.start() for it in threads]
[it.join() for it in threads]
connect()
signal.setitimer(signal.ITIMER_REAL, 0)
print(wrong)
END`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: "[]\n", stderr: "" })
  })

  test("what is sent by sendmsg arrives: descriptors, more than a buffer holds, datagrams", async () => {
    const { stdout, stderr } = await run(
      `python3 - <<'END'
import os, socket, threading
big = b"y" * 300000
def flow(sender, receiver):
    got = []
    def receive():
        while len(b"".join(got)) < len(big): got.append(receiver.recv(65536))
    thread = threading.Thread(target=receive)
    thread.start()
    left = memoryview(big)
    while left: left = left[sender.sendmsg([left[:1000], left[1000:]]):]
    thread.join()
    print(len(b"".join(got)))
one, two = socket.socketpair()
read, write = os.pipe()
os.write(write, b"by descriptor")
socket.send_fds(one, [b"x"], [read])
print(os.read(socket.recv_fds(two, 10, 1)[1][0], 99).decode())
flow(one, two)
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
flow(client, server.accept()[0])
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.sendto(b"one", receiver.getsockname())
sender.sendmsg([b"t", b"wo"], [], 0, receiver.getsockname())
print(receiver.recv(99).decode(), receiver.recv(99).decode())
END`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: "by descriptor\n300000\n300000\none two\n", stderr: "" })
  })

  test("whatever a program passes to the kernel, the supervisor goes on answering", async () => {
    const { stdout, stderr, attempts } = await run(`python3 -c "$(cat <<'END'
import ctypes, os, random, socket, threading
libc = ctypes.CDLL(None, use_errno=True)
random.seed(1)
page = ctypes.create_string_buffer(8192)
base = ctypes.addressof(page)
kinds = [(socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET6, socket.SOCK_STREAM),
         (socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_UNIX, socket.SOCK_STREAM)]
for _ in range(2000):
    it = socket.socket(*random.choice(kinds))
    it.setblocking(False)
    for at in range(128): page[at] = random.randrange(256)
    ctypes.c_uint16.from_buffer(page).value = random.choice([1, 16, 40, 20291, 65535])
    where = ctypes.c_void_p(random.choice([base, base + 1, base + 3, 0, 1, 2**47, 2**63, 2**64 - 1, base + 8190]))
    length = ctypes.c_long(random.choice([0, 1, 2, 3, 7, 16, 24, 28, 110, 128, 129, 2**31, -1]))
    descriptor = random.choice([it.fileno(), it.fileno(), -1, 9999, 1])
    name = random.choice(["connect", "listen", "sendmsg", "sendmmsg", "sendto"])
    if name == "sendto": libc.sendto(descriptor, page, ctypes.c_long(random.choice([0, 5, 2**40])), 64, where, length)
    elif name == "sendmsg": libc.sendmsg(descriptor, where, 64)
    else: getattr(libc, name)(descriptor, where, length, 64)
    it.close()
for _ in range(100):
    child = os.fork()
    if child == 0:
        threading.Thread(target=lambda: socket.socket().connect_ex(("127.0.0.1", 9)), daemon=True).start()
        os._exit(0)
    os.waitpid(child, 0)
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname())
print("answered")
END
)"`)
    expect({ stdout, stderr, attempts }).toEqual({ stdout: "answered\n", stderr: "", attempts: [] })
  })
})

test("npm, pip, Python and node reach an allowed host by its name, and nothing else", async () => {
  const hosts = ["good.example", "evil.example", "203.0.113.7"]
  const { stdout, attempts, denials } = await runCommandIn(
    executable,
    `exec 2>&1; cd $FOLDER; export HOME=$FOLDER
    for host in ${hosts.join(" ")}; do
      npm view some-package --registry http://$host/ --fetch-retries=0 --no-update-notifier 2>&1 | head -n 1
      python3 -m pip download some-package -i http://$host/simple --trusted-host $host --retries 0 2>&1 | tail -n 1
      python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' http://$host/ 2>&1 | tail -n 1
      node -e 'fetch(process.argv[1]).then(({ status }) => console.log(status), ({ cause }) => console.log(cause.code))' http://$host/
    done`,
  )
  const pip = /^(ERROR: No matching distribution found for some-package|.*No module named pip)$/
  const outcomes = [/E404$/, pip, /HTTP Error 404/, /^404$/]
  const unknown = [/ENOTFOUND$/, pip, /Name or service not known/, /^ENOTFOUND$/]
  const denied = [/EACCES$/, pip, /\[Errno 13\]/, /^EACCES$/]
  expect(stdout.trim().split("\n")).toEqual(
    [...outcomes, ...unknown, ...denied].map((line) => expect.stringMatching(line)),
  )
  expect(namesOf(attempts)).toEqual(["good.example:53", "good.example:80"])
  const found = denials.map(({ host, api }) => `${api} ${host}`)
  expect(found).toContain("node: lookup evil.example")
  expect(found).toContain("node: connect 203.0.113.7")
  expect(found.filter((line) => line === "python3: connect 203.0.113.7").length).toBeGreaterThan(0)
})
