import { SettingError } from "./error.ts"

/** Variables by which the runtime opens a debugger, beside this program and out of its sight. */
const VARIABLES = ["BUN_INSPECT", "BUN_INSPECT_CONNECT_TO", "BUN_INSPECT_NOTIFY"]

/**
 * Stops a process that the runtime opens a debugger for: it listens, or connects to where a variable says, and who
 * answers there is master of the process.
 * @throws SettingError when one of the variables is set
 */
export function refuseDebugger(env: NodeJS.ProcessEnv): void {
  const name = VARIABLES.find((variable) => env[variable])
  if (name === undefined) return
  throw new SettingError(
    `${name} is set, and OpenCode is offline: a debugger is a way out that no policy holds`,
    `Unset ${name}.`,
  )
}
