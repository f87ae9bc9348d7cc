// Acquires one file in a process of its own, which a test can kill: bun acquire-child.ts '{"pinned":…,"options":…}'
// Prints the path, or the error's message and then exits with 2.
import { acquireFile } from "../../scripts/lib/npm/acquire.ts"

const { pinned, options } = JSON.parse(process.argv[2]!)
try {
  console.log(await acquireFile(pinned, options))
} catch (error) {
  console.log((error as Error).message)
  process.exitCode = 2
}
