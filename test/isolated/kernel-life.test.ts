import { afterAll, beforeAll, expect, test } from "bun:test"
import { chmod, readFile, rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { Plugin } from "esbuild"
import { makeProbe } from "../../scripts/harness/probe-executable.ts"
import { stockExecutable } from "../lib/stock.ts"
import { probeFile } from "./lib/guard-executable.ts"
import { type KernelRun, runCommandIn } from "./lib/kernel-run.ts"

// The first process, the supervisor within it, and the tree below: how they end, and what becomes of the others then.

let executable: string
beforeAll(async () => {
  executable = await makeProbe(probeFile("kernel-probe.ts"), {
    stock: await stockExecutable(),
    plugins: [obeyEnd],
  })
  await chmod(dirname(executable), 0o755)
})
afterAll(() => rm(dirname(executable), { recursive: true }))

/** Ends the supervisor's thread after so many turns of its loop: the executable that is made here obeys it. */
const END = "TEST_KERNEL_TURNS"

const obeyEnd: Plugin = {
  name: "obey-end",
  setup({ onLoad }) {
    onLoad({ filter: /offline\/kernel\/supervise\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8")
      const contents = text.replace(
        "for (;;) loop.turn()",
        `for (let left = Number(process.env.${END} ?? Infinity); ; left--) {
          if (left <= 0) throw new Error("it ends")
          loop.turn()
        }`,
      )
      expect(contents).not.toBe(text)
      return { contents, loader: "ts" }
    })
  },
}

const run = (command: string, options: KernelRun = {}) => runCommandIn(executable, command, options)
/** A shell script that has the executable's words as its own. */
const within = (script: string): KernelRun => ({ prefix: ["/bin/bash", "-c", script, "bash"] })

test("the exit code is that of the program", async () => {
  expect(await run("exit 7")).toMatchObject({ exitCode: 7, stderr: "" })
})

test("a program that a signal ends is told as a shell tells it", async () => {
  expect(await run("kill -9 $PPID")).toMatchObject({ exitCode: 137 })
})

test("a signal to the first process goes to the program", async () => {
  const script = `PROBE_TRAP=1 "$@" & P=$!; while [ ! -e $FOLDER/up ]; do sleep 0.1; done; kill -TERM $P; wait $P; echo ended $?`
  const { stdout } = await run("touch $FOLDER/up; sleep 100 & wait", within(script))
  expect(stdout).toBe("trapped SIGTERM\nended 5\n")
})

test("when the supervisor is killed, whatever is still there reaches nothing", async () => {
  const script = `"$@" & P=$!; while [ ! -e $FOLDER/up ]; do sleep 0.1; done; kill -9 $P; wait $P 2>/dev/null; touch $FOLDER/killed
    while [ ! -e $FOLDER/after ]; do sleep 0.1; done; cat $FOLDER/after`
  const command = `trap '' TERM; ask() { curl -sS -m 9 -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:8082/ 2>&1; }
    ask; touch $FOLDER/up; while [ ! -e $FOLDER/killed ]; do sleep 0.1; done; ask > $FOLDER/out; ask >> $FOLDER/out; mv $FOLDER/out $FOLDER/after`
  const { stdout, reached, attempts } = await run(command, within(script))
  const [before, ...after] = stdout.match(/^\d{3}$/gm) ?? []
  expect({ before, after }).toEqual({ before: "200", after: ["000", "000"] })
  expect(reached.connections).toEqual(["8082"])
  expect(attempts).toEqual([])
})

test("when the supervisor's thread ends, so does the program, and whatever is still there reaches nothing", async () => {
  const script = `"$@"; echo ended $?; while [ ! -e $FOLDER/after ]; do sleep 0.1; done; cat $FOLDER/after`
  const ask = "curl -sS -m 9 -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:8082/ 2>&1"
  const command = `for try in {1..20}; do ${ask}; done > $FOLDER/out; ${ask} >> $FOLDER/out; mv $FOLDER/out $FOLDER/after`
  const { stdout, reached } = await run(command, { ...within(script), env: { [END]: "10" } })
  expect(stdout).toStartWith("ended 137\n")
  expect(stdout.match(/^\d{3}$/gm)?.at(-1)).toBe("000")
  expect(reached.connections.length).toBeLessThan(20)
})

test("what outlives the first process reaches nothing", async () => {
  const script = `"$@"; echo ended $?; touch $FOLDER/ended; while [ ! -e $FOLDER/after ]; do sleep 0.1; done; cat $FOLDER/after`
  const command = `(setsid bash -c 'while [ ! -e $FOLDER/ended ]; do sleep 0.1; done; curl -sS -m 9 http://127.0.0.1:8082/ > $FOLDER/out 2>&1; mv $FOLDER/out $FOLDER/after' &) ; true`
  const { stdout, reached } = await run(command, within(script))
  expect(stdout).toStartWith("ended 0\ncurl: (")
  expect(reached.connections).toEqual([])
})

/** Tries to get at a process, and prints what failed. */
const REACH = `import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for name in ("LAUNCHER", "OUTER"):
    pid = int(os.environ[name])
    def attempt(what, do):
        try:
            print(name, what, "done" if do() != -1 else "denied")
        except OSError:
            print(name, what, "denied")
    attempt("signal", lambda: os.kill(pid, 0))
    attempt("trace", lambda: libc.ptrace(16, pid, 0, 0))
    attempt("memory", lambda: open(f"/proc/{pid}/mem", "rb").close())
    attempt("descriptors", lambda: os.readlink(f"/proc/{pid}/fd/1"))
    pidfd = os.pidfd_open(pid)
    attempt("descriptor", lambda: libc.syscall(438, pidfd, 0, 0))
`

test.each([
  ["root", "", "exec"],
  [
    "a user without capabilities",
    "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all",
    "",
  ],
])("no process outside of the tree can be got at, by %s", async (_, user) => {
  const script = `cd $FOLDER; export HOME=$FOLDER; cat > reach.py; ${user} sleep 300 & export OUTER=$!; ${user} "$@"; kill $OUTER`
  const command = `export LAUNCHER=$(grep PPid /proc/$PPID/status | cut -f2); python3 reach.py`
  const { stdout, stderr } = await run(command, { ...within(script), stdin: REACH })
  const lines = stdout.trim().split("\n")
  expect({ stderr, done: lines.filter((line) => line.endsWith("done")), count: lines.length }).toEqual({
    stderr: "",
    done: [],
    count: 10,
  })
})

test("the same gets at everything when the kernel is not asked to hold it", async () => {
  const script = `cd $FOLDER; cat > reach.py; sleep 300 & export OUTER=$!; sleep 300 & export LAUNCHER=$!; "$@"; kill -9 $OUTER $LAUNCHER`
  const command = "python3 reach.py"
  const { stdout } = await run(command, { ...within(script), stdin: REACH, args: [] })
  expect(stdout.match(/done$/gm)).toHaveLength(10)
})

test("descriptors and memory of the supervisor stay as they are, whatever is connected", async () => {
  const command = `exec 2>&1; P=$(grep PPid /proc/$PPID/status | cut -f2)
    ask() { python3 - $1 <<'END'
import socket, sys
for _ in range(int(sys.argv[1])):
    it = socket.socket()
    try:
        it.connect(("127.0.0.1", 9))
    except OSError:
        pass
    it.close()
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
END
    }
    ask 1000; touch $FOLDER/one; while [ ! -e $FOLDER/go ]; do sleep 0.1; done; ask 9000; touch $FOLDER/two; sleep 100`
  const script = `"$@" & P=$!; look() { while [ ! -e $FOLDER/$1 ]; do sleep 0.2; done; ls /proc/$P/fd | wc -l; grep -E 'VmRSS|RssAnon' /proc/$P/status | tr -dc '0-9\\n'; }
    look one; touch $FOLDER/go; look two; kill $P`
  const { stdout } = await run(command, within(script))
  const [fewer = 0, memory = 0, , more = 0, later = 0, own = 0] = stdout.trim().split("\n").map(Number)
  expect(more).toBeLessThanOrEqual(fewer + 2)
  expect(memory).toBeGreaterThan(0)
  expect(later).toBeLessThan(memory + 30_000)
  // In kB: some 30 MB. A thread with the runtime's usual heap has 60 to 80 by then.
  expect(own).toBeGreaterThan(0)
  expect(own).toBeLessThan(50_000)
})

test("the offline command shows what a program was denied, with its name and its process", async () => {
  const { stdout } = await run(
    "curl -sS http://203.0.113.7/ 2>/dev/null & echo $!; wait",
    within(`"$@"; "$1" --offline offline`),
  )
  const [pid] = stdout.split("\n")
  expect(stdout).toMatch(new RegExp(`203\\.0\\.113\\.7:80 {2}curl: connect {2}process ${pid}$`, "m"))
})

test("with a full disk for its log, what is denied stays denied, and what is allowed goes on", async () => {
  const script = `mkdir $FOLDER/log; mount -t tmpfs -o size=64k full $FOLDER/log || exit 9
    head -c 1M /dev/zero > $FOLDER/log/fill 2>/dev/null; echo x 2>/dev/null > $FOLDER/log/more && exit 8
    export OPENCODE_OFFLINE_LOG=$FOLDER/log/denied.jsonl; "$@"; echo ended $?; wc -c < $FOLDER/log/denied.jsonl; umount $FOLDER/log`
  const ask = "curl -sS -m 9 -o /dev/null -w '%{http_code}\\n'"
  const command = `for try in {1..20}; do ${ask} http://203.0.113.7/; done 2>/dev/null; ${ask} http://127.0.0.1:8082/`
  const { stdout, attempts } = await run(command, within(script))
  expect(stdout).toBe(`${"000\n".repeat(20)}200\nended 0\n0\n`)
  expect(attempts).toEqual([])
})

/** A thousand threads connect at once; then programs are killed while they wait for a server whose queue is full. */
const CROWD = `import os, signal, socket, sys, threading, time
def wait(name):
    while not os.path.exists(name): time.sleep(0.1)
found = {}
def connect(place):
    it = socket.socket()
    try:
        it.connect(place)
        outcome = "connected"
    except OSError as error:
        outcome = error.errno
    it.close()
    found[place[0], outcome] = found.get((place[0], outcome), 0) + 1
def crowd(places):
    threads = [threading.Thread(target=connect, args=(place,)) for place in places]
    [it.start() for it in threads]
    [it.join() for it in threads]
crowd([("203.0.113.7", 80)])
found.clear()
open("first", "w"); wait("go")
crowd([("127.0.0.1", 8082), ("203.0.113.7", 80)] * 500)
print(sorted(found.items()))
full = socket.socket()
full.bind(("127.0.0.1", 0))
full.listen(0)
waiting = []
for _ in range(60):
    child = os.fork()
    if child == 0:
        threading.Thread(target=connect, args=(full.getsockname(),), daemon=True).start()
        connect(full.getsockname())
        os._exit(0)
    waiting.append(child)
time.sleep(1)
open("crowded", "w"); wait("on")
[os.kill(child, signal.SIGKILL) for child in waiting]
print(sum(os.waitpid(child, 0)[1] == signal.SIGKILL for child in waiting) > 50)
found.clear()
connect(("127.0.0.1", 8082))
print(found)
open("last", "w"); wait("end")
`

test("a thousand connects at once, and programs killed in the midst of one, leave nothing behind", async () => {
  const script = `cd $FOLDER; cat > crowd.py; "$@" & P=$!
    count() { ls /proc/$P/fd | wc -l; }; look() { while [ ! -e $1 ]; do sleep 0.2; done; }
    look first; FIRST=$(count); echo $FIRST; touch go; look crowded; count; touch on; look last
    for try in {1..60}; do [ $(count) -le $((FIRST + 2)) ] && break; sleep 0.2; done; count; touch end; wait $P`
  const { stdout, attempts } = await run("python3 crowd.py", { ...within(script), stdin: CROWD })
  const lines = stdout.trim().split("\n")
  const [first = 0, crowded = 0, last = 0] = lines.filter((line) => /^\d+$/.test(line)).map(Number)
  expect(lines.filter((line) => !/^\d+$/.test(line))).toEqual([
    "[(('127.0.0.1', 'connected'), 500), (('203.0.113.7', 13), 500)]",
    "True",
    "{('127.0.0.1', 'connected'): 1}",
  ])
  expect(first).toBeGreaterThan(0)
  // Those that wait are held until they are over, or it was seen that nobody waits for them any more.
  expect(crowded).toBeGreaterThan(first + 50)
  expect(last).toBeLessThanOrEqual(first + 2)
  expect(attempts).toEqual([])
})
