/**
 * What several tests look at and none changes, such as one start of an executable: it is made when the first of them asks,
 * and is the same for the others, an error too.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
