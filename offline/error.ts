/** What OpenCode's code sees when something was not done because the switch is on. Never retried by upstream's code. */
export class OfflineError extends Error {
  override name = "OfflineError"
  readonly code = "ERR_OPENCODE_OFFLINE"
  /** Private, as an error that is printed is read by the model. */
  readonly #remedy: string | undefined

  /**
   * @param message goes to the model, too: as the result of a tool, and in what a child prints
   * @param remedy the setting that would allow it, for people alone
   */
  constructor(message: string, remedy?: string) {
    super(message)
    this.#remedy = remedy
    // A refusal is no defect. Upstream shows the stack of an error that it does not know, in the TUI in place of the message.
    this.stack = `OfflineError: ${message}`
  }

  /** What a person is told: the message, and the setting that would allow it where there is one. */
  static forPerson(error: OfflineError): string {
    return error.#remedy === undefined ? error.message : `${error.message}. ${error.#remedy}`
  }
}

/** A setting that cannot be understood. The process must stop: what was meant may have been "offline". */
export class SettingError extends Error {
  override name = "SettingError"
  readonly next: string

  /**
   * @param what the setting, where it stands, and its value
   * @param next what to write instead
   */
  constructor(what: string, next: string) {
    super(what)
    this.next = next
  }
}
