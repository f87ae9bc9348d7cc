import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describeLimit, type LimitKind, type Limits } from "./limits.ts"
import { runFiles } from "./request.ts"

/** How often it is looked whether anything happened. */
const LOOK_MS = 500

/**
 * An idle program still wakes up now and then: upstream's TUI uses up to 1 % of a core while nobody does anything. One that
 * works gets more than this share even where thirty others want the core.
 */
const IDLE_SHARE = 0.03

/** What a watch window waits for at its end: so long nothing may have happened. */
const QUIET_MS = 2000

/** A watched program that never is quiet is ended after so many windows. */
const MOST_WINDOWS = 10

/** The kernel's unit of CPU time in /proc, USER_HZ: 100 a second on every Linux. */
const TICK_MS = 10

/** Why a run was ended by us: a limit, which says nothing of the program, or the planned end of its watch window. */
export type Ended = { kind: LimitKind; line: string } | { kind: "window"; line: string }

/** What happens in a namespace, for its first process to say when nothing does any more. */
export class Activity {
  readonly #folder: string
  readonly #packets: () => number
  readonly #waits = new Set<{ what: string }>()
  readonly #started = performance.now()
  #events = 0
  #seen = ""
  #cpu = 0
  #since = performance.now()
  #timer?: Timer

  /** @param folder where the command's output goes; `packets` counts those that left it */
  constructor(folder: string, packets: () => number) {
    this.#folder = folder
    this.#packets = packets
  }

  /** Something happened: a request, a keystroke, a change of the screen. */
  touch(): void {
    this.#events++
  }

  /** Remembers what is being waited for until `wait` is settled, so that a limit can name it. */
  async waiting<T>(what: string, wait: Promise<T>): Promise<T> {
    const entry = { what }
    this.#waits.add(entry)
    try {
      return await wait
    } finally {
      this.#waits.delete(entry)
    }
  }

  /** Calls `end`, once, when a limit is hit or the watch window is over. */
  watch(limits: Limits, end: (why: Ended) => void): void {
    this.#timer = setInterval(() => {
      const why = this.#look(limits)
      if (!why) return
      this.stop()
      end(why)
    }, LOOK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(limits: Limits): Ended | undefined {
    const now = performance.now()
    this.#note(now, limits)
    const quiet = now - this.#since
    const elapsed = now - this.#started
    const { windowMs } = limits
    if (windowMs !== undefined) {
      const over = (elapsed > windowMs && quiet > QUIET_MS) || elapsed > MOST_WINDOWS * windowMs
      return over ? { kind: "window", line: this.#describeWindow(windowMs) } : undefined
    }
    const kind = quiet > limits.idleMs ? "idle" : elapsed > limits.capMs ? "cap" : undefined
    return kind && { kind, line: describeLimit(kind, limits, this.#doing()) }
  }

  /** Starts the count anew when something has happened since it began. */
  #note(now: number, { windowMs, idleMs }: Limits): void {
    const watched = windowMs !== undefined
    // A program that waits behind a firewall, as watched ones do, sends nothing: the kernel does, again and again.
    const seen = `${this.#events} ${watched ? "" : this.#packets()} ${this.#written()}`
    const cpu = cpuMs()
    // Less than before: a process has ended.
    const worked = Math.abs(cpu - this.#cpu) > (watched ? QUIET_MS : idleMs) * IDLE_SHARE
    if (seen === this.#seen && !worked) return
    this.#seen = seen
    this.#cpu = cpu
    this.#since = now
  }

  #written(): number {
    return [runFiles.stdout, runFiles.stderr]
      .map((name) => statSync(join(this.#folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size)
  }

  #doing(): string {
    const waits = [...this.#waits].map(({ what }) => what)
    return waits.length > 0 ? `waiting for ${waits.join(" and ")}` : "the command ran"
  }

  #describeWindow(windowMs: number): string {
    return `it still ran when its watch window of ${Math.round(windowMs / 1000)} s was over, while ${this.#doing()}`
  }
}

/**
 * The CPU time of all processes of this namespace but this one, which is its first, in milliseconds. Where /proc cannot be
 * made the namespace's own, others count too, and a run that hangs may only be ended by the cap.
 */
function cpuMs(): number {
  let ticks = 0
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue
    ticks += ticksOf(pid)
  }
  return ticks * TICK_MS
}

function ticksOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // Behind the name, which may have blanks: the 12th and 13th are utime and stime.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return Number(fields[11]) + Number(fields[12])
  } catch {
    // It has ended since it was listed.
    return 0
  }
}
