import { type Feature, message, warn } from "../features.ts"
import { print } from "../print.ts"
import { isActive } from "../switch.ts"
import type { Arguments } from "./arguments.ts"
import { isFetchDisabled } from "./catalogue.ts"

/**
 * Ends a command that can do nothing offline: a sentence on standard error, exit code 1. Nothing is started by then: some
 * leave half a job behind when they fail.
 */
export function refuseCommand(said: Arguments): void {
  const feature = featureOf(said)
  const why = feature && refusalOf(feature, process.env)
  if (why === undefined) return
  print("error", `! ${why}\n`)
  process.exit(1)
}

/** Says of what is left out of a command that goes on. */
export function warnOfOptions({ bare: [command], options }: Arguments): void {
  const shares = options.has("share") && options.get("share") !== "false"
  if (isActive() && command === "run" && shares) warn("share")
}

/** The feature that a whole command is, if that needs a connection. */
function featureOf({ bare: [command, verb], options }: Arguments): Feature | undefined {
  if (command === "upgrade") return "upgrade"
  if (command === "pr" || (command === "github" && (verb === "install" || verb === "run"))) return "github"
  if (command === "models" && options.has("refresh") && options.get("refresh") !== "false") return "models"
  return undefined
}

function refusalOf(feature: Feature, env: NodeJS.ProcessEnv): string | undefined {
  if (isActive()) return message(feature)
  // Upstream's would say that it is refreshed.
  if (feature === "models" && isFetchDisabled(env))
    return "The model catalogue is not refreshed: OPENCODE_DISABLE_MODELS_FETCH is set."
  return undefined
}
