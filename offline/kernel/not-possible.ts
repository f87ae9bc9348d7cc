/** Why kernel mode is not possible. */
export class NotPossible extends Error {
  override name = "NotPossible"

  constructor(
    message: string,
    /** What would do. */
    readonly next: string,
  ) {
    super(message)
  }
}
