/**
 * Some of a list, shortly: three or more that follow one another are `FIRST–LAST`.
 * @param all in order
 */
export function printRanges(some: string[], all: string[]): string {
  const runs: string[][] = []
  all.forEach((one, i) => {
    if (!some.includes(one)) return
    const before = runs.at(-1)
    if (before && i > 0 && before.at(-1) === all[i - 1]) before.push(one)
    else runs.push([one])
  })
  return runs.map((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run.join(", "))).join(", ")
}
