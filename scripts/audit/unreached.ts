import { readFile } from "node:fs/promises"
import { readKnownHosts } from "../pins/hosts.ts"
import {
  FILE,
  findKnown,
  isDialled,
  isUnnamed,
  type KnownHosts,
  readHostsInCode,
} from "../pins/hosts-in-code.ts"
import { pinnedTarget, readPin } from "../pins/pin.ts"
import { readHosts } from "../upstream/hosts-in-code.ts"
import { takeCode } from "../upstream/read-code.ts"
import { hostTarget } from "../upstream/target.ts"
import { labelOf } from "./known-hosts.ts"
import { hostOf, type Report, type Unreached } from "./report.ts"

/** The hosts of the URLs in the code of a pin's release, and what is said of each. */
export interface HostsInCode {
  hosts: string[]
  known: KnownHosts
}

/**
 * Reads the hosts in the code of upstream's executable of a pin for this machine, which is `file`.
 * @throws Failure when its code cannot be read
 */
export async function readHostsOf(
  file: string,
  { pin, cache }: { pin?: string; cache: string },
): Promise<HostsInCode> {
  const { integrity } = pinnedTarget(await readPin(pin), hostTarget().name).opencode
  const code = takeCode(await readFile(file))
  return { hosts: await readHosts(code, integrity, cache), known: await readHostsInCode() }
}

/** The hosts in upstream's code that its own release did not try in a report. */
export function findUnreached(
  { executables, results }: Pick<Report, "executables" | "results">,
  inCode: HostsInCode,
): Unreached[] {
  const stock = executables.find(({ isPinnedStock }) => isPinnedStock)
  const seen = results
    .filter(({ executable }) => executable === stock?.id)
    .flatMap(({ runs }) => runs.flatMap(({ attempts }) => attempts.map(hostOf)))
  return inCode.hosts
    .filter((host) => !isSeen(host, seen, inCode.known))
    .map((host) => describe(host, inCode.known))
}

/**
 * The hosts in the code of which it is stated why no scenario reaches them, or that nobody has described; without those that
 * upstream's release of the pin was measured to try.
 */
export async function statedUnreached({ hosts, known }: HostsInCode, pin: string): Promise<Unreached[]> {
  const { always, unlessDropped } = await readKnownHosts(pin)
  return hosts
    .filter((host) => {
      const found = findKnown(host, known)
      const isStated = !found || found.unreached !== undefined || !isDialled(found)
      return isStated && !isSeen(host, [...always, ...unlessDropped], known)
    })
    .map((host) => describe(host, known))
}

function isSeen(host: string, seen: string[], known: KnownHosts): boolean {
  // What is computed in a host is a `*` in it.
  const pattern = new RegExp(`^${host.split("*").map(RegExp.escape).join(".+")}$`)
  return seen.some((one) => pattern.test(one) || labelOf(one) === registryOf(host, known))
}

/** How the audit calls a registry, which this repository does not name; undefined of any other host. */
function registryOf(host: string, known: KnownHosts): string | undefined {
  return isUnnamed(host, known) ? labelOf(host) : undefined
}

function describe(host: string, known: KnownHosts): Unreached {
  const found = findKnown(host, known)
  if (!found) return { host, what: `not described in ${FILE}`, why: "nobody has said what it is" }
  if (!isDialled(found))
    return { host: isUnnamed(host, known) ? "a package registry" : host, what: found.what }
  const name = registryOf(host, known) ?? host
  const elsewhere = `the scenario ${found.scenario} reaches it on other releases, or in other networks`
  return { host: name, what: found.what, why: found.unreached ?? elsewhere }
}
