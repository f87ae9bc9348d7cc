/**
 * The name that was probably meant.
 * @returns undefined where none is near: more than a third of it would have to be written otherwise
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, far: distance(written, name) }))
    .sort((one, other) => one.far - other.far)
  return best && best.far <= best.name.length / 3 ? best.name : undefined
}

/** How many letters have to be put in, left out or exchanged. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const line = [row + 1]
    for (const [index, wanted] of [...to].entries())
      line.push(
        Math.min(above[index + 1]! + 1, line[index]! + 1, above[index]! + (letter === wanted ? 0 : 1)),
      )
    above = line
  }
  return above.at(-1)!
}
