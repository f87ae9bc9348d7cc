import { embedded } from "../embedded.ts"
import { SettingError } from "../error.ts"
import { print } from "../print.ts"
import { findCode } from "../project/find.ts"
import { keepQuiet, lineOf } from "../project/say.ts"
import { orStop } from "../setting.ts"
import { currentState, ignoresProject } from "../switch.ts"
import { type Arguments, isCommand } from "./arguments.ts"

/** The patch by which upstream's code asks what of a project is left out. */
export const PROJECT_CODE_PATCH = "config-leave-out-code"

/**
 * Ends the process where a project's code is to be left out and this executable cannot do so. Ahead of the TUI's screen,
 * names what is left out: there nothing can be printed.
 */
export function announceProjectCode({ bare: [command] }: Arguments): void {
  if (!ignoresProject()) return
  orStop(requirePatch)
  if (isCommand(command) && command !== "attach") return
  for (const found of findCode(currentState().project, process.env)) print("error", `! ${lineOf(found)}\n`)
  keepQuiet()
}

function requirePatch(): void {
  if (embedded.leftOut?.includes(PROJECT_CODE_PATCH))
    throw new SettingError(
      '"projectCode" is "ignore", and this executable cannot leave out a project\'s code',
      `Use one that was built with the patch ${PROJECT_CODE_PATCH}.`,
    )
}
