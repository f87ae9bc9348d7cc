import { expect, test } from "bun:test"
import { resolve } from "node:path"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { sample } from "../lib/sampling.ts"
import { isReadable } from "../lib/stock.ts"

// On a hardened machine nothing can be run, nor loaded as native code, from where users can write.

const mount = Bun.which("mount", { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" })!

/** Mounts noexec all that the run can write to, then `open` so that it can be run from, and starts OpenCode. */
const SCRIPT = `
"$MOUNT" --bind "$ALL" "$ALL"
"$MOUNT" -o remount,bind,noexec,nosuid,nodev "$ALL"
for folder in /var/tmp /dev/shm; do "$MOUNT" -t tmpfs -o noexec none "$folder"; done
if [ -n "$OPEN" ]; then PATH=/usr/bin:/bin mkdir -p "$HOME/$OPEN"; "$MOUNT" -t tmpfs -o mode=700 none "$HOME/$OPEN"; fi
cd "$PWD"
exec "$OPENCODE" "$@"
`

const turns = [{ tool: "grep", input: { pattern: "hello" } }, { text: "Done." }]

function runSealed(open: string, during?: (context: IsolatedContext) => Promise<void>, words: string[] = []) {
  return runIsolated({
    executable: "/bin/sh",
    // The run's folder is known only there: it holds the home, the project and the temporary folder.
    args: ["-ec", `ALL=\${HOME%/*}\n${SCRIPT}`, "sh", ...words],
    env: {
      OPENCODE_OFFLINE: "1",
      MOUNT: mount,
      OPEN: open,
      OPENCODE: resolve(builtExecutable()),
      // What the runtime would take first is noexec, too.
      BUN_TMPDIR: "/var/tmp",
    },
    files: { "greeting.txt": "hello there\n" },
    provider: turns,
    ...(during && { pty: true as const, during }),
  })
}

async function converse({ waitFor, type }: IsolatedContext): Promise<void> {
  await waitFor("Ask anything")
  await waitFor("Mock Model")
  await type("say hi")
  await waitFor("say hi")
  await type("\r")
  await waitFor("Done.")
}

// The first of the two is taken wherever it can be.
test.each(sample([".local/share", ".cache"]))(
  "where only ~/%s can be run from, the TUI is drawn, and files are searched",
  async (open) => {
    const result = await runSealed(open, converse)
    expect(toolResults(result)).toEqual([expect.stringContaining("hello there")])
    expect(result.attempts).toEqual([])
  },
)

test("where nothing can be run from, what is missing is said with the mount and the variable", async () => {
  const params = JSON.stringify(turns[0]!.input)
  const words = ["debug", "agent", "build", "--tool", "grep", "--params", params]
  const { stderr, attempts } = await runSealed("", undefined, words)
  expect(attempts).toEqual([])
  expect(stderr).toMatch(
    /^! Searching in files does not work: rg is inside .* is mounted noexec.*Set XDG_CACHE_HOME/m,
  )
})

/** Blanks left out, as a screen breaks its lines anywhere. */
const WHY = /libopentui.*ismountednoexec.*SetXDG_CACHE_HOME/
const joined = (screen: string) => screen.replace(/\s+/g, "")

// Upstream's older releases go on without a screen then, and say why in their log alone: docs/limits.md.
if (isReadable)
  test("so it is in the log when the TUI cannot be drawn", async () => {
    const why = ({ waitUntil, screen }: IsolatedContext) =>
      waitUntil("why", async () => WHY.test(joined(await screen()))).then(() => {})
    const { attempts } = await runSealed("", why, ["--print-logs"])
    expect(attempts).toEqual([])
  })
else
  test("so it is when the TUI cannot be drawn", async () => {
    const { exitCode, screen } = await runSealed("", ({ finished }) => finished().then(() => {}))
    expect(exitCode).toBe(1)
    expect(joined(screen!)).toMatch(WHY)
  })
