import { readChunks } from "../lib/read-chunks.ts"

/**
 * Lets variants take turns, so that what else the machine does falls on all alike.
 * @param once is given the number of the round, from 1 on
 * @returns for each variant what `once` gave, one value a round
 */
export async function takeTurns<V, T>(
  rounds: number,
  variants: readonly V[],
  once: (variant: V, round: number) => Promise<T>,
): Promise<T[][]> {
  const values: T[][] = variants.map(() => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [index, variant] of variants.entries()) {
      values[index]!.push(await once(variant, round))
    }
  }
  return values
}

/** Lets two variants run at the same time, for what is no question of speed: see {@link leastRatio}. */
export async function sideBySide<T>(
  rounds: number,
  variants: [(round: number) => Promise<T>, (round: number) => Promise<T>],
): Promise<[T, T][]> {
  const pairs: [T, T][] = []
  for (let round = 1; round <= rounds; round++)
    pairs.push(await Promise.all([variants[0](round), variants[1](round)]))
  return pairs
}

/** A wait is there in every round, and what else the machine does is not: the round in which the second took least more. */
export function leastRatio(pairs: [number, number][]): [number, number] {
  return pairs.reduce((least, pair) => (pair[1] / pair[0] < least[1] / least[0] ? pair : least))
}

/** Reads files once, so that no first round has to read them from a disk. */
export async function warm(files: string[]): Promise<void> {
  for (const file of files) for await (const _ of readChunks(file));
}

/** How the second compares to the first: the median of the ratios of each round, whose two runs shared their conditions. */
export function pairedRatio(first: number[], second: number[]): number {
  return median(first.map((value, round) => second[round]! / value))
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Of many times of one and the same thing: what else the machine does can only add to a time. */
export function fastest(values: number[]): number {
  return Math.min(...values)
}
