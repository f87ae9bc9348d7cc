/*
 * What our code imports from Node's builtin modules is looked up when it is used first (the build sees to that), and a
 * program may have replaced it by then: `fs.readFileSync = …`. So when the guard is put up, all of it is taken.
 */

const waiting: (() => void)[] = []

/** For what stands in the place of a builtin module's imports: it is told when to take them. */
export function register(hold: () => void): void {
  waiting.push(hold)
}

/** To be called ahead of any code that is not ours. */
export function holdBuiltins(): void {
  for (const hold of waiting.splice(0)) hold()
}
