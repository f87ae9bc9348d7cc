// Acquires one file in a process of its own, which a test can kill, or which kills itself at a point of its progress:
// bun acquire-child.ts '{"pinned":…,"options":…,"kill":{"report":"…","turns":8}}'
// Prints the path, or the error's message and then exits with 2.
import { acquireFile } from "../../scripts/lib/npm/acquire.ts"

interface Argument {
  pinned: Parameters<typeof acquireFile>[0]
  options: Parameters<typeof acquireFile>[1]
  /** So many turns of the event loop after this was first reported. */
  kill?: { report: string; turns: number }
}

const { pinned, options, kill } = JSON.parse(process.argv[2]!) as Argument
let reported = false

function onProgress(report: string): void {
  if (reported || report !== kill?.report) return
  reported = true
  killAfter(kill.turns)
}

function killAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, "SIGKILL")
  else setImmediate(killAfter, turns - 1)
}

try {
  console.log(await acquireFile(pinned, { ...options, onProgress }))
} catch (error) {
  console.log((error as Error).message)
  process.exitCode = 2
}
// What is left of the turns does not keep it.
process.exit()
