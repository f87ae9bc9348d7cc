import { memory, POLLED, SCRATCH } from "./channel.ts"
import { syscall } from "./syscalls.ts"

/** Something that is waited for. */
interface Waiter {
  descriptor: number
  events: number
  ready(): unknown
}

/** Descriptors that poll(2) looks at in one call. */
const MOST = 4096

/** The supervisor's one loop: it sleeps until a descriptor is ready, or the next moment that somebody asked for. */
export class Loop {
  private readonly waiters = new Set<Waiter>()
  private looked: readonly Waiter[] | undefined
  private readonly timers = new Set<{ at: number; due(): void }>()

  /** Calls `ready` whenever the descriptor is. @returns what ends that */
  watch(descriptor: number, events: number, ready: () => unknown): () => void {
    const waiter = { descriptor, events, ready }
    this.waiters.add(waiter)
    this.looked = undefined
    return () => {
      this.waiters.delete(waiter)
      this.looked = undefined
    }
  }

  /** Calls `due` once, in so many milliseconds. @returns what ends that */
  after(milliseconds: number, due: () => void): () => void {
    const timer = { at: performance.now() + milliseconds, due }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  /** Waits, and does what is to be done, once. */
  turn(): void {
    const looked = this.putWaiters()
    const timeout = this.putTimeout()
    const ready = syscall("ppoll", memory.address + POLLED, looked.length, timeout, 0, 8)
    if (ready > 0) {
      // All are read ahead of the first that is called: that one may write where they stand.
      const happened: Waiter[] = []
      for (let index = 0; index < looked.length; index++)
        if (memory.u32(POLLED + 8 * index + 4) >>> 16 !== 0) happened.push(looked[index]!)
      for (const waiter of happened) if (this.waiters.has(waiter)) waiter.ready()
    }
    if (this.timers.size === 0) return
    const now = performance.now()
    for (const timer of [...this.timers]) {
      if (timer.at > now || !this.timers.delete(timer)) continue
      timer.due()
    }
  }

  /** @returns those that poll(2) looks at */
  private putWaiters(): readonly Waiter[] {
    // The same as before, mostly: then nothing is made anew, at each question.
    this.looked ??= [...this.waiters].slice(0, MOST)
    for (let index = 0; index < this.looked.length; index++) {
      memory.setU32(POLLED + 8 * index, this.looked[index]!.descriptor)
      memory.setU32(POLLED + 8 * index + 4, this.looked[index]!.events)
    }
    return this.looked
  }

  /** @returns the address of a `struct timespec`, or 0 for no end */
  private putTimeout(): number {
    if (this.timers.size === 0) return 0
    const next = Math.min(...Array.from(this.timers, ({ at }) => at))
    const left = Math.max(0, next - performance.now())
    memory.setU64(SCRATCH, Math.floor(left / 1000))
    memory.setU64(SCRATCH + 8, Math.ceil((left % 1000) * 1e6))
    return memory.address + SCRATCH
  }
}
