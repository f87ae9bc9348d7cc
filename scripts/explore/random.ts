/** Numbers that look random and follow from a seed alone (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!
  }

  /** True in one of `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  /** A copy in another order. */
  shuffle<T>(of: readonly T[]): T[] {
    const left = [...of]
    return of.map(() => left.splice(this.below(left.length), 1)[0]!)
  }

  /**
   * Some small letters. What is typed or sent may end in a shell, which runs on this machine's files: no word has a character
   * that means something there.
   */
  word(): string {
    return Array.from({ length: 1 + this.below(8) }, () => this.pick([..."abcdefghijklmnopqrstuvwxyz"])).join(
      "",
    )
  }
}
