import { Flag } from "@/flag/flag"
import { UI } from "./ui"

/** Why a hosted service is not used; undefined when it may be. */
export function hostedError(what: string) {
  if (!Flag.OPENCODE_DISABLE_HOSTED) return
  return new Error(`${what} is disabled by OPENCODE_DISABLE_HOSTED`)
}

/** Says that a command is off, and has it fail. */
export function refuseHosted(what: string) {
  const error = hostedError(what)
  if (!error) return false
  UI.error(error.message)
  process.exitCode = 1
  return true
}
