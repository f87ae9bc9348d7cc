import { afterAll, beforeAll, test } from "bun:test"
import { chmod, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { makeProbe } from "../../scripts/harness/probe-executable.ts"
import { runInNamespace } from "../../scripts/isolation/isolated.ts"
import { stockExecutable } from "../lib/stock.ts"
import { probeFile } from "./lib/guard-executable.ts"

// In an interactive shell: the job is what the program is, though it is two processes.

let executable: string
beforeAll(async () => {
  executable = await makeProbe(probeFile("kernel-probe.ts"), { stock: await stockExecutable() })
  await chmod(dirname(executable), 0o755)
})
afterAll(() => rm(dirname(executable), { recursive: true }))

/**
 * @param keys what is typed, and what must be on the screen before anything else is: never what may stand there already, as what is
 * typed while the shell still edits its line is taken away from the program
 */
async function inShell(command: string, keys: [typed: string, ...then: string[]][]): Promise<void> {
  await runInNamespace({
    // The pseudo-terminal has to be the shell's own, or there are no jobs.
    executable: "/usr/bin/setsid",
    args: ["--ctty", "--wait", "/bin/bash", "--norc", "--noprofile", "-i"],
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      PS1: "ready \\#> ",
      PROBE: executable,
      PROBE_COMMAND: command,
    },
    pty: true,
    async during({ type, waitFor }) {
      await waitFor("ready 1>")
      for (const [typed, ...then] of keys) {
        await type(typed)
        for (const text of then) await waitFor(text)
      }
    },
  })
}

test("Ctrl-C ends it, once", async () => {
  await inShell("echo program-$((40 + 2)); sleep 100", [
    ['"$PROBE" --offline=kernel\r', "program-42"],
    ["\x03", "ready 2>"],
    ["echo ended-$?\r", "ended-130"],
  ])
})

test("Ctrl-Z stops it, and fg has it go on", async () => {
  await inShell("echo program-$((40 + 2)); read line; echo read-$line", [
    ['"$PROBE" --offline=kernel\r', "program-42"],
    ["\x1a", "Stopped", "ready 2>"],
    ["echo on-$((1 + 1)); fg\r", "on-2"],
    ["hello\r", "read-hello", "ready 3>"],
    ["echo ended-$?\r", "ended-0"],
  ])
})

test("a program that stops itself stops the job", async () => {
  await inShell("echo program-$((40 + 2)); kill -STOP $PPID; sleep 1; echo went-on", [
    ['"$PROBE" --offline=kernel\r', "Stopped", "ready 2>"],
    ["fg\r", "went-on", "ready 3>"],
    ["echo ended-$?\r", "ended-0"],
  ])
})
