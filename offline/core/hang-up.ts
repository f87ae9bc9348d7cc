import { isActive } from "../switch.ts"
import { type Arguments, isCommand } from "./arguments.ts"

/** Milliseconds for the TUI to leave by itself when its terminal was closed. */
const GRACE = 10_000

/** The exit code of a program that a closed terminal has ended. */
const HUNG_UP = 128 + 1

/**
 * Has the TUI end with its terminal when the switch is on. Upstream's only takes its screen down, and may go on for good, with
 * its server, where nobody sees it.
 */
export function endWithTerminal({ bare: [command] }: Arguments): void {
  const isTui = !isCommand(command) || command === "attach"
  if (isActive() && isTui) process.on("SIGHUP", () => setTimeout(() => process.exit(HUNG_UP), GRACE))
}
