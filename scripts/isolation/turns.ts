import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { checked, errno, errors, libc } from "./libc.ts"

// Turns keep a machine from running more programs at once than it has cores for. All processes of one command share them,
// nested ones too: a turn is a file in a folder that the environment names, and who has it locked has the turn. The kernel
// unlocks it when its holder ends, however that ends.
//
// A holder must not wait for anything that needs a turn itself, or all wait for ever: only a run in a namespace takes one
// (isolated.ts), and what runs in there has an environment that does not name the folder.

/** The folder of the turns, for nested processes. */
const FOLDER_VARIABLE = "ISOLATION_TURNS"

/** How often a process looks for a free turn. */
const LOOK_MS = 20

// From sys/file.h.
const LOCK_EX = 2
const LOCK_NB = 4

/**
 * Opens the turns that this process and those that it starts share: as many as there are cores, unless `count` says
 * otherwise. One core has one turn: two programs on it would take as long, each with half of its share. Where turns are
 * open already, as a nested process finds them, they stay as they are.
 */
export function openTurns(count = availableParallelism()): string {
  const open = process.env[FOLDER_VARIABLE]
  if (open) return open
  const folder = mkdtempSync(join(tmpdir(), "turns-"))
  for (let turn = 0; turn < count; turn++) writeFileSync(join(folder, String(turn)), "")
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  process.env[FOLDER_VARIABLE] = folder
  return folder
}

/** Runs `body` in the next turn that is free. */
export async function inTurn<T>(body: () => Promise<T>): Promise<T> {
  const turn = await nextTurn()
  try {
    return await body()
  } finally {
    closeSync(turn)
  }
}

/** Those of this process take theirs one after the other, in the order in which they came. */
let queue: Promise<unknown> = Promise.resolve()

function nextTurn(): Promise<number> {
  const turn = queue.then(findTurn)
  queue = turn.catch(() => {})
  return turn
}

async function findTurn(): Promise<number> {
  const folder = openTurns()
  for (;;) {
    for (const name of readdirSync(folder)) {
      const turn = tryTurn(join(folder, name))
      if (turn !== undefined) return turn
    }
    await Bun.sleep(LOOK_MS)
  }
}

/** The locked file, to be closed when the turn is over; undefined when somebody else has it. */
function tryTurn(file: string): number | undefined {
  const descriptor = openSync(file, "r")
  if (libc.flock(descriptor, LOCK_EX | LOCK_NB) === 0) return descriptor
  const reason = errno()
  closeSync(descriptor)
  if (reason === errors.EAGAIN) return undefined
  return checked(`flock(${file}) (error ${reason})`, -1)
}
