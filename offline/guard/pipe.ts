import { ownPlatform } from "../process.ts"
import { machineOf } from "../system.ts"
import type { Decide } from "./decide.ts"

/** The port of the protocol that such pipes are reached by. */
const SMB = 445

/**
 * Decides on a path to connect to where it leads to another machine, which Windows lets a named pipe do.
 * @param path of whatever kind; what is no text is none
 * @throws OfflineError when the policy does not allow that machine
 */
export function decidePipe(
  path: unknown,
  api: string,
  decide: Decide,
  platform: NodeJS.Platform = ownPlatform,
): void {
  const machine = typeof path === "string" ? machineOf(path, platform) : undefined
  if (machine !== undefined) decide({ host: machine, port: SMB, api })
}
