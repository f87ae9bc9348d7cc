import { SettingError } from "./error.ts"
import { print } from "./print.ts"

/** What `read` gives. Ends the process with exit code 2 when it finds a setting that cannot be understood. */
export function orStop<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    print("error", `opencode: ${error.message}\n  ${error.next}\n`)
    process.exit(2)
  }
}
