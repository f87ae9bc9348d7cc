import { userConfigFile } from "../config-files.ts"
import { readArguments } from "../core/arguments.ts"
import { OfflineError } from "../error.ts"
import { isMainThread } from "../handover.ts"
import { print } from "../print.ts"
import { currentState, isActive, type OfflineState } from "../switch.ts"
import { type Provider, reachable } from "./reachable.ts"

/**
 * What is offered of upstream's providers: all, or offline those that the policy lets through. When there are none, the
 * command that lists models says so.
 */
export function offered<P extends Provider>(providers: Record<string, P>): Record<string, P> {
  if (!isActive()) return providers
  const left = reachable(providers, currentState(), process.env)
  if (Object.keys(left).length === 0) sayForList()
  return left
}

/**
 * What is said where no provider is left; undefined when the switch is off.
 * @param left how many are, if that is not known to be none
 */
export function noModel(left = 0): string | undefined {
  return isActive() && left === 0 ? explainNoModel(currentState(), userConfigFile(process.env)) : undefined
}

/** The error that stands for it; undefined when the switch is off. */
export function noModelError(): OfflineError | undefined {
  const text = noModel()
  return text === undefined ? undefined : new OfflineError(text)
}

/**
 * One sentence, and the lines of a configuration with a model that can be reached.
 * @param file the user-level configuration
 */
export function explainNoModel(
  { baked, kernel }: Pick<OfflineState, "baked" | "kernel">,
  file: string,
): string {
  const where = !baked.locked
    ? "on this machine, or inside your network,"
    : kernel?.loopback === "own"
      ? "at a host that the policy names, with its port where that is this machine,"
      : "on this machine, or at a host that the policy names,"
  return `No model can be reached: OpenCode is offline, and the policy lets no provider through. Run \`opencode offline setup\`, or configure a model ${where} in ${file}:\n${EXAMPLE}`
}

const EXAMPLE = `  "model": "local/NAME",
  "provider": { "local": { "npm": "@ai-sdk/openai-compatible", "models": { "NAME": {} },
    "options": { "baseURL": "http://127.0.0.1:11434/v1" } } }`

/** Upstream's command prints nothing where there is nothing to list. */
function sayForList(): void {
  if (said || !isMainThread() || readArguments(process.argv.slice(2)).bare[0] !== "models") return
  said = true
  print("error", `! ${noModel()}\n`)
}

let said = false
