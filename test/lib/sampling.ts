// What the tests leave out unless they are run with --all. The rule: what holds us to a promise is always run; a control,
// which shows that such a test would see a breach, is run in one of the places that are alike, and so is what can differ in
// none of them, as it is decided ahead of where they part.

/** Whether everything is run. */
export const runsAll = Boolean(process.env.TEST_ALL)

/** The first of several that are alike; all of them with --all. */
export function sample<T>(alike: readonly T[]): readonly T[] {
  return runsAll ? alike : alike.slice(0, 1)
}
