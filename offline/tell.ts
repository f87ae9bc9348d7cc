import { childModule } from "./children/module.ts"
import { isMainThread } from "./handover.ts"
import { print } from "./print.ts"

/** Connects the threads of this process. */
const CHANNEL = "opencode-offline-refusals"

/** What goes over it: a refusal, for people, or that there is a screen from now on to show them on. */
type Message = { refused: string } | { ready: true }

/** A message on the TUI's screen, as upstream has them. */
interface Toast {
  title: string
  message: string
  variant: "warning"
  duration: number
}

/** How long a person may take to read a setting, in milliseconds. */
const READING = 20_000

/** There is one message at a time. Upstream's own, of what failed and without the setting, is shown within this, and ours after it. */
const BEHIND = 500

const told = new Set<string>()
const untold = new Set<string>()
let channel: BroadcastChannel | undefined
let atOnce = false

/**
 * Tells the person, once, what was refused and which setting would allow it: the error that a model reads names none.
 * On the TUI's screen, at once where a server runs, else at the end of the command, unless it has been said by then. What
 * a child prints is read by the model, so a child tells nothing.
 */
export function tell(text: string): void {
  if (childModule || told.has(text)) return
  told.add(text)
  if (!isMainThread()) post({ refused: text })
  else if (atOnce) print("error", `! ${text}\n`)
  else {
    if (untold.size === 0) process.once("exit", printUntold)
    untold.add(text)
  }
}

/** A person has been told by other means. */
export function isTold(text: string): void {
  told.add(text)
  untold.delete(text)
}

/** The command runs until it is ended. */
export function tellAtOnce(): void {
  atOnce = true
}

/** To be called when the TUI can show a message; `show` is its own function. */
export function showRefusals(show: (toast: Toast) => void): void {
  open().onmessage = ({ data }: { data: Message }) => {
    if (!("refused" in data)) return
    const toast = { title: "Offline", message: data.refused, variant: "warning", duration: READING } as const
    setTimeout(() => show(toast), BEHIND)
  }
  post({ ready: true })
}

function post(message: Message): void {
  open().postMessage(message)
}

/** In a thread that shows nothing, what was told ahead of the screen is told again. */
function open(): BroadcastChannel {
  if (channel) return channel
  channel = new BroadcastChannel(CHANNEL)
  // No thread is kept from ending by it.
  ;(channel as { unref?: () => void }).unref?.()
  channel.onmessage = ({ data }: { data: Message }) => {
    if ("ready" in data) for (const text of told) post({ refused: text })
  }
  return channel
}

function printUntold(): void {
  for (const text of untold) print("error", `! ${text}\n`)
}
