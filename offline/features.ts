import { OfflineError } from "./error.ts"
import { isActive, switchedOnBy } from "./switch.ts"

/** Features that cannot work without a connection: what each would do, said to whoever asks for it. */
const FEATURES = {
  share: { name: "Sharing", would: "send the conversation to a server on the internet" },
  upgrade: { name: "Upgrade", would: "download another version; install this build's next release instead" },
  github: { name: "The GitHub command", would: "connect to api.github.com and api.opencode.ai" },
  models: {
    name: "Refreshing the model catalogue",
    would: "download it; set OPENCODE_MODELS_PATH to a file instead",
  },
  ripgrep: {
    name: "Downloading ripgrep",
    would: "connect to github.com; put ripgrep (the program rg) into PATH instead",
  },
} as const

export type Feature = keyof typeof FEATURES

/** One sentence for people: that the feature is off, what switched it off, and why. */
export function message(feature: Feature): string {
  const { name, would } = FEATURES[feature]
  return `${name} is off because OpenCode is offline (${switchedOnBy()}): it would ${would}.`
}

/** The error that stands for a refused feature; `code` is `ERR_OPENCODE_OFFLINE`. */
export function refusal(feature: Feature): OfflineError {
  return new OfflineError(message(feature))
}

/** Prints the sentence on standard error and goes on. */
export function warn(feature: Feature): void {
  process.stderr.write(`! ${message(feature)}\n`)
}

/** The part of Hono's context that an answer needs. */
interface Answerable {
  json(body: unknown, status: number): Response
}

/** Answers a request of Hono's with what {@link refusalResponse} says. */
export function refuseRequest(context: Answerable, feature: Feature): Response {
  return context.json(requestRefusal(feature), REFUSED)
}

/** The answer to an HTTP request that is refused: 403, and an error in the shape of upstream's named errors. */
export function refusalResponse(feature: Feature): Response {
  return Response.json(requestRefusal(feature), { status: REFUSED })
}

const REFUSED = 403

/** The body of that answer, for code that makes answers in another way. */
export function requestRefusal(feature: Feature) {
  const text = message(feature)
  return { success: false, error: text, name: "OfflineError", data: { message: text } }
}

/** A text of the TUI's, and behind it, where the switch is on, that it is. */
export function label(text: string, between = " "): string {
  return isActive() ? `${text}${between}offline` : text
}
