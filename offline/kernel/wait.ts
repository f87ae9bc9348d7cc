import type { Call } from "./channel.ts"
import type { Tree } from "./tree.ts"

/** How often it is looked whether the caller is still there. */
const LOOK_MS = 1000

/** Calls `ended` once, when a descriptor is ready for the events or the caller has gone. */
export function waitFor(
  call: Call,
  { channel, loop }: Pick<Tree, "channel" | "loop">,
  { descriptor, events }: { descriptor: number; events: number },
  ended: () => void,
): void {
  let forget = () => {}
  const unwatch = loop.watch(descriptor, events, finish)
  look()

  function look(): void {
    forget = loop.after(LOOK_MS, () => (channel.isValid(call) ? look() : finish()))
  }

  function finish(): void {
    unwatch()
    forget()
    ended()
  }
}
