import { OfflineError } from "../error.ts"
import { apply, indexOf, isArray, plain, slice, toLowerCase, toText } from "../primordials.ts"
import { foldNames } from "../system.ts"
import {
  AS_BUN,
  type ChildHandover,
  type Environment,
  inherited,
  isSet,
  opencodeEnvironment,
} from "./environment.ts"

type Call = (...args: unknown[]) => unknown

/**
 * Bun's shell starts programs natively, where nothing can be put ahead of them: so a command that would start this
 * executable as Bun is refused.
 */
export function guardShell(native: Call, handover: ChildHandover): Call {
  const refuse = (env: Environment, text: string) => {
    if (isSet(env[AS_BUN]) || mentionsBun(text))
      throw new OfflineError(
        "Bun.$ was blocked: OpenCode is offline, and a Bun that is started from a shell could not be guarded; use Bun.spawn",
      )
  }
  const shell = native as Call & { ShellPromise?: { prototype: Record<string, Call> } }
  for (const holder of [native as unknown as Record<string, Call>, shell.ShellPromise?.prototype]) {
    const setEnvironment = holder?.env
    if (!holder || !setEnvironment) continue
    holder.env = function env(this: unknown, given: unknown) {
      const copy = foldNames(plain<Environment>((given ?? process.env) as Environment))
      refuse(copy, "")
      return apply(setEnvironment, this, [{ ...opencodeEnvironment(inherited(copy, handover), handover) }])
    }
  }
  return new Proxy(native, {
    apply(target, self, args) {
      const [strings, ...values] = args as [{ raw: string[] }, ...unknown[]]
      let text = ""
      for (let index = 0; index < strings.raw.length; index++)
        text += strings.raw[index]! + worded(values[index])
      refuse(process.env, text)
      return apply(target, self, args) as unknown
    },
  })
}

/** A value as the shell spells it out. */
function worded(value: unknown): string {
  if (value === undefined) return ""
  if (!isArray(value))
    return typeof value === "object" && value && "raw" in value ? toText(value.raw) : toText(value)
  let text = ""
  for (let index = 0; index < value.length; index++) text += `${worded(value[index])} `
  return text
}

/** Text as a shell reads it: a name may stand in quotes, part by part. The last two are of those of Windows. */
function withoutQuotes(text: string): string {
  let plainText = ""
  for (let index = 0; index < text.length; index++) {
    const letter = slice(text, index, index + 1)
    if (indexOf("\"'\\^`", letter) === -1) plainText += letter
  }
  return plainText
}

/** Whether a word has whoever reads it start this executable as Bun; on Windows its case does not matter. */
export function mentionsBun(text: string): boolean {
  return indexOf(toLowerCase(withoutQuotes(text)), toLowerCase(AS_BUN)) !== -1
}
