/**
 * Lets variants take turns, so that what else the machine does falls on all alike. The first round is not counted: it
 * reads the executables from disk.
 * @returns for each variant what `once` gave, one value a round
 */
export async function takeTurns<V, T>(
  rounds: number,
  variants: readonly V[],
  once: (variant: V, round: number) => Promise<T>,
): Promise<T[][]> {
  const values: T[][] = variants.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, variant] of variants.entries()) {
      const value = await once(variant, round)
      if (round > 0) values[index]!.push(value)
    }
  }
  return values
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
