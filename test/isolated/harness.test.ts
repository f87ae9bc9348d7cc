import { expect, test } from "bun:test"
import { basename } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"

// What the harness can do for a scenario besides recording.

const shell = (script: string) => ({ executable: "/bin/sh", args: ["-c", script] })

test("nobody can write to a home that is read-only, and OpenCode's data has another place", async () => {
  const writing =
    'echo > "$HOME/file"; PATH=/usr/bin:/bin mkdir -p "$XDG_DATA_HOME" && echo > "$XDG_DATA_HOME/file" && echo there'
  const readOnly = await runIsolated({ ...shell(writing), readOnlyHome: true })
  expect(readOnly.stdout).toBe("there\n")
  expect(readOnly.stderr).toMatch(/read-only file system/i)
  expect(readOnly.files).toEqual([])
  expect((await runIsolated(shell('echo > "$HOME/file"'))).files).toEqual(["home/file"])
})

test("nothing is in PATH but git and a shell", async () => {
  const { stdout } = await runIsolated(shell('echo "$PATH"/*'))
  expect(
    stdout
      .trim()
      .split(" ")
      .map((file) => basename(file)),
  ).toEqual(["bash", "git", "sh"])
})

test("programs of one's own are found in PATH", async () => {
  const programs = { greet: "#!/bin/sh\necho good day\n" }
  expect((await runIsolated({ ...shell("greet"), programs })).stdout).toBe("good day\n")
  expect((await runIsolated(shell("greet"))).exitCode).toBe(127)
})

test("standard input that is kept open takes what is typed", async () => {
  const options = shell("while read -r line; do echo got $line; done")
  const { stdout } = await runIsolated({
    ...options,
    interactive: true,
    async during({ type, output, waitUntil }) {
      for (const line of ["one", "two"]) {
        await type(`${line}\n`)
        await waitUntil(`got ${line}`, async () => (await output()).includes(`got ${line}\n`))
      }
    },
  })
  expect(stdout).toBe("got one\ngot two\n")
})

test("a wait outlasts any time in which nothing is said on its connection", async () => {
  // Bun's server ends such connections after ten seconds, when it is not told to keep them.
  const { exitCode } = await runIsolated({
    ...shell("PATH=/usr/bin:/bin sleep 15; exit 3"),
    during: async ({ finished }) => void (await finished()),
  })
  expect(exitCode).toBe(3)
})

test("what is waited for of a command that has ended is an error that says how it ended", async () => {
  const waiting = runIsolated({
    ...shell("echo nothing to be seen; exit 3"),
    pty: true,
    during: ({ waitFor }) => waitFor("something else"),
  })
  await expect(waiting).rejects.toThrow(
    /ended with exit code 3 while something of it was waited for: nothing to be seen/,
  )
})
