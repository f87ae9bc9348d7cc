/** What OpenCode's code sees when something was not done because the switch is on. Never retried by upstream's code. */
export class OfflineError extends Error {
  override name = "OfflineError"
  readonly code = "ERR_OPENCODE_OFFLINE"

  constructor(message: string) {
    super(message)
    // A refusal is no defect. Upstream shows the stack of an error that it does not know, in the TUI in place of the message.
    this.stack = `OfflineError: ${message}`
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
