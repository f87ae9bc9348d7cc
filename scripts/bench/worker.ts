import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { readModuleGraph, replaceModule, writeExecutable, writeModuleGraph } from "../container/index.ts"
import { bundleModule } from "../contents/bundle-module.ts"
import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { BUNDLES } from "../upstream/readable-bundles.ts"
import { type Bench, type Line, show } from "./lines.ts"
import { fastest, takeTurns } from "./rounds.ts"

/**
 * The one worker that OpenCode starts, the TUI's, until its code is evaluated: upstream's against ours offline. The fetch
 * of the model catalogue is off in both.
 */
export async function benchWorker({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const executables = [await tellWhenEvaluated(stock), await tellWhenEvaluated(built)]
  try {
    const times = await takeTurns(rounds, executables, (executable, round) => {
      update(`round ${round} of ${rounds}`)
      return startWorker(executable)
    })
    const [before, after] = times.map(fastest) as [number, number]
    const figures = { stock: show(before, "ms"), built: show(after, "ms"), value: after - before }
    return [{ name: "TUI's worker, offline, above stock", ...figures, target: 15, unit: "ms" }]
  } finally {
    for (const executable of executables) await rm(dirname(executable), { recursive: true })
  }
}

/** A copy whose worker sends a message when its code has been evaluated, to a main thread of ours. */
async function tellWhenEvaluated(executable: string): Promise<string> {
  const probe = join(import.meta.dirname, "../../test/isolated/lib/worker-start-probe.ts")
  const graph = readModuleGraph(await readFile(executable))
  const worker = graph.modules.find(({ name }) => name === BUNDLES.worker)!.contents
  const telling = Buffer.concat([worker, Buffer.from('\npostMessage("here")\n')])
  const probing = replaceModule(graph, BUNDLES.main, Buffer.from(await bundleModule(probe)))
  const file = join(await mkdtemp(join(tmpdir(), "worker-")), "probe")
  await writeExecutable(file, writeModuleGraph(replaceModule(probing, BUNDLES.worker, telling)))
  return file
}

async function startWorker(executable: string): Promise<number> {
  const env = { OPENCODE_OFFLINE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" }
  const { exitCode, stdout, stderr } = await runIsolated({ executable, env, lingerMs: 0 })
  if (exitCode === 0) return Number(stdout)
  throw new Failure({ what: "The worker did not start", why: stderr, next: "npm test -- guard" })
}
