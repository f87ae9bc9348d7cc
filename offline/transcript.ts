import { isActive } from "./switch.ts"

/** A message of a session, as far as it is read. */
interface Message {
  id: string
  error?: unknown
  time?: { completed?: number }
}

/**
 * What the TUI is to show of a session that it has just read, when the switch is on: of each message what it was told last.
 * A refusal comes within milliseconds, so that it is told of while the session is still being read, and what was read then
 * has an answer without it.
 * @param told what it was told by events; undefined when it was told nothing
 * @param read what was read
 */
export function lastTold<M extends Message>(told: readonly M[] | undefined, read: M[]): M[] {
  return isActive() && told ? merge(told, read) : read
}

/** @returns all that was read, in its order, and behind it what was told and came after it */
export function merge<M extends Message>(told: readonly M[], read: readonly M[]): M[] {
  const kept = read.map((message) => {
    const other = told.find(({ id }) => id === message.id)
    return other && isDone(other) && !isDone(message) ? other : message
  })
  const last = read.at(-1)?.id ?? ""
  return [...kept, ...told.filter(({ id }) => id > last)]
}

function isDone({ error, time }: Message): boolean {
  return error !== undefined || time?.completed !== undefined
}
