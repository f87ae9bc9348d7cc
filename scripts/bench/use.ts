import { join } from "node:path"
import { type IsolatedContext, type IsolatedOptions, runIsolated } from "../harness/run-opencode.ts"
import { serverUrl } from "../harness/scenarios.ts"
import { watchFor } from "../isolation/limits.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes } from "../lib/log.ts"
import { type Bench, compare, type Line } from "./lines.ts"
import { takeTurns } from "./rounds.ts"

/** A question, until the provider gets it: with the switch off, and offline. */
export async function benchRun({ rounds, update, ...bench }: Bench): Promise<Line[]> {
  const [stock, off, on] = variants(bench, ["run", "hi"])
  const times = await takeTurns(rounds, [stock, off, on], async (variant, round) => {
    update(`round ${round} of ${rounds}`)
    const { providerRequests, stderr } = await runIsolated({ ...variant, provider: [{ text: "hi" }] })
    if (providerRequests[0]) return providerRequests[0].at
    throw failed(variant, "asked the provider for nothing", stderr)
  })
  const [before, switchedOff, offline] = times as [number[], number[], number[]]
  return [
    compare("run to first request, switch off", [before, switchedOff], 1.02),
    compare("run to first request, offline", [before, offline], 0.95),
  ]
}

/** The TUI, until a prompt can be typed. */
export async function benchTui({ rounds, update, ...bench }: Bench): Promise<Line[]> {
  const [stock, , on] = variants(bench, [])
  const times = await takeTurns(rounds, [stock, on], async (variant, round) => {
    update(`round ${round} of ${rounds}`)
    let ms = 0
    const during = async ({ waitFor }: IsolatedContext) => {
      const started = performance.now()
      await waitFor("Ask anything")
      ms = performance.now() - started
    }
    await runIsolated({ ...variant, provider: true, pty: true, during })
    return ms
  })
  return [compare("TUI to first prompt", times as [number[], number[]], 1)]
}

/** A server, until its page is there, and the memory that it has when nothing more is asked of it. */
export async function benchServe({ rounds, update, ...bench }: Bench): Promise<Line[]> {
  const [stock, , on] = variants(bench, ["serve", "--port", new URL(serverUrl).port])
  const served = await takeTurns(rounds, [stock, on], (variant, round) => {
    update(`round ${round} of ${rounds}`)
    return serve(variant)
  })
  const of = (what: keyof Served) =>
    served.map((runs) => runs.map((run) => run[what])) as [number[], number[]]
  return [
    compare("serve to first page", of("ms"), 1),
    compare("memory of an idle serve", of("bytes"), 1.03, formatBytes),
  ]
}

interface Served {
  ms: number
  /** Resident memory. */
  bytes: number
}

async function serve(variant: Variant): Promise<Served> {
  const served = { ms: 0, bytes: 0 }
  const during = async ({ folder, fetch, waitForServer, execute }: IsolatedContext) => {
    const started = performance.now()
    await waitForServer(`${serverUrl}/global/health`)
    await (await fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })).text()
    served.ms = performance.now() - started
    await watchFor(IDLE_MS)
    const { stdout, stderr } = await execute(join(folder.bin, "bash"), ["-c", RESIDENT, variant.executable])
    served.bytes = Number(stdout) * 1024
    if (!(served.bytes > 0)) throw failed(variant, "shows no memory", stderr)
  }
  await runIsolated({ ...variant, provider: true, during })
  return served
}

/** How long a server is left alone, until what it began at its start is done. */
const IDLE_MS = 1500

/** Prints the kB of resident memory of the processes of an executable. */
const RESIDENT = `
sum=0
for process in /proc/[0-9]*; do
  [ $process/exe -ef "$0" ] && while read -r name kb _; do
    [ $name = VmRSS: ] && sum=$((sum + kb))
  done < $process/status
done
echo $sum`

type Variant = Pick<IsolatedOptions, "programs" | "lingerMs"> & { executable: string; args: string[] }

/**
 * Upstream's, ours with the switch off, ours offline. All find a ripgrep in PATH: without one, upstream's leaves out the
 * work that it is for, and ours, which has one inside, does not.
 */
function variants(
  { stock, built, ripgrep }: Pick<Bench, "stock" | "built" | "ripgrep">,
  args: string[],
): [Variant, Variant, Variant] {
  const common = { programs: { rg: `#!/bin/sh\nexec '${ripgrep}' "$@"\n` }, lingerMs: 0 }
  return [
    { ...common, executable: stock, args },
    { ...common, executable: built, args },
    { ...common, executable: built, args: ["--offline", ...args] },
  ]
}

function failed({ executable, args }: Variant, how: string, why: string): Failure {
  return new Failure({ what: `${[executable, ...args].join(" ")} ${how}`, why, next: "npm test" })
}
