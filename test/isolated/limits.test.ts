import { expect, test } from "bun:test"
import { type IsolatedContext, runInNamespace } from "../../scripts/isolation/isolated.ts"
import { TimeLimitError, WindowOverError } from "../../scripts/isolation/limits.ts"

// What ends a run that hangs, what does not, and what is said of it. The limits are short here, and count for the harness
// alone: what is compared is the order in which things happen.

const shell = (script: string) => ({
  executable: "/bin/sh",
  args: ["-c", script],
  env: { PATH: "/usr/bin:/bin" },
  limits: { scale: 2, idleMs: 2000, capMs: 600_000 },
})

const failure = (run: Promise<unknown>) =>
  run.then(
    () => new Error("it did not fail"),
    (error) => error as Error,
  )
const firstLine = ({ message }: Error) => message.split("\n")[0]

test.concurrent("a command that does nothing any more is ended as hung, and the first line says so", async () => {
  const error = await failure(runInNamespace(shell("echo last words; sleep 1000")))
  expect(error).toBeInstanceOf(TimeLimitError)
  expect(firstLine(error)).toBe(
    "time limit: nothing happened for 2 s while the command ran (scale 2; --slow N or TIME_SCALE=N sets it)",
  )
  expect(error.message).toContain("last words")
})

test.concurrent.each([
  ["output", "for i in 1 2 3 4 5; do sleep 1; echo $i; done"],
  // Little of it, so that the share is one that a busy machine leaves, too.
  [
    "work without output",
    "for i in {1..9}; do sleep 0.5; n=0; while [ $n -lt 40000 ]; do n=$((n + 1)); done; done",
  ],
  ["packets", "for i in 1 2 3 4 5; do sleep 1; (exec 3<>/dev/udp/203.0.113.1/9; echo >&3) 2>/dev/null; done"],
])("one with %s goes on for longer than nothing may happen", async (_, script) => {
  // Long enough for a share of a busy machine to be seen as work.
  const limits = { idleMs: 3000 }
  const result = await runInNamespace({ ...shell(script), executable: Bun.which("bash")!, limits })
  expect(result.exitCode).toBe(0)
})

test.concurrent("all that is waited for is named: a text on the screen, a server, a condition, another command", async () => {
  const during = async ({ waitFor, waitForServer, waitUntil, execute }: IsolatedContext) => {
    await Promise.all([
      waitFor("never"),
      waitForServer("http://127.0.0.1:9/"),
      waitUntil("a miracle", () => false),
      execute("/bin/sh", ["-c", "sleep 1000"]),
    ])
  }
  const error = await failure(runInNamespace({ ...shell("sleep 1000"), pty: true, during }))
  const [, waits] = /nothing happened for 2 s while waiting for (.*) \(scale 2/.exec(firstLine(error)!)!
  expect(waits!.split(" and ").sort()).toEqual([
    '"never" on the screen',
    "/bin/sh to end",
    "a miracle",
    "an answer from http://127.0.0.1:9/",
  ])
})

test.concurrent("a command that never stops working is ended by the cap", async () => {
  const options = { ...shell("while :; do :; done"), limits: { scale: 1, idleMs: 600_000, capMs: 1000 } }
  expect(firstLine(await failure(runInNamespace(options)))).toContain(
    "time limit: it took longer than 1 s while the command ran (scale 1",
  )
})

test.concurrent("the end of a watch window is no failure", async () => {
  const result = await runInNamespace({ ...shell("echo there; sleep 1000"), watchMs: 1000 })
  expect(result).toMatchObject({ stillRan: true, stdout: "there\n", signal: "SIGKILL" })
  expect(await runInNamespace({ ...shell("exit 3"), watchMs: 1000 })).toMatchObject({
    stillRan: false,
    exitCode: 3,
  })
})

test.concurrent("a window closes on a command that waits, not on one that works", async () => {
  const script = "for i in 1 2 3; do sleep 1; echo $i; done; sleep 1000"
  const { stdout, stillRan } = await runInNamespace({ ...shell(script), watchMs: 1000 })
  expect({ stdout, stillRan }).toEqual({ stdout: "1\n2\n3\n", stillRan: true })
})

test.concurrent("who waits for something when the window is over is told what", async () => {
  const waiting = runInNamespace({
    ...shell("sleep 1000"),
    watchMs: 1000,
    pty: true,
    during: ({ waitFor }) => waitFor("never"),
  })
  const error = await failure(waiting)
  expect(error).toBeInstanceOf(WindowOverError)
  expect(firstLine(error)).toMatch(/watch window of \d+ s was over, while waiting for "never" on the screen/)
})
