import { availableParallelism } from "node:os"

let free = Math.max(2, availableParallelism())
const waiting: (() => void)[] = []

/** Sets how many run at once, for a process that knows better; to be called ahead of the first `inTurn`. */
export function setTurns(count: number): void {
  free = count
}

/**
 * Runs `body` when fewer than one a core (but two at least) are running in this process: the time limits inside are
 * meant for a command that gets its share of the machine.
 */
export async function inTurn<T>(body: () => Promise<T>): Promise<T> {
  if (free > 0) free--
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await body()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}
