import { canonicalHost, type Host, hostOfIPv4, isLoopback } from "../policy/host.ts"
import { createPolicy, isNamed, judge, type Policy } from "../policy.ts"
import type { SupervisorStart } from "./settings.ts"

/** Addresses whose names are remembered; the oldest are forgotten, and have to be looked up again. */
const REMEMBERED = 10_000

/** A port that the tree listens on. */
interface OwnPort {
  /** Where on it: undefined for every address of the families. */
  address: string | undefined
  families: readonly (4 | 6)[]
}

/** What the tree may connect to. */
export class Reach {
  private readonly policy: Policy
  private readonly names = new Map<string, Set<string>>()
  private readonly ports = new Map<number, OwnPort[]>()

  constructor(private readonly start: Pick<SupervisorStart, "allow" | "settings">) {
    this.policy = createPolicy(start.allow)
  }

  /** Whether a name may be asked for; an entry for any port of it will do. */
  mayLookUp(name: string): boolean {
    const host = canonicalHost(name)
    return host !== undefined && !host.address && judge(this.policy, host, undefined).allowed
  }

  /** Whether an address may be connected to: as itself, or as a name that it was looked up as. */
  mayConnect(host: Host, port: number): boolean {
    if (this.isNamed(host, port)) return true
    if (isLoopback(host)) return this.start.settings.loopback === "any" || this.isOwn(host, port)
    return this.namesOf(host).some((name) => this.isNamed({ text: name }, port))
  }

  /** Remembers what a lookup of an allowed name gave. Loopback never comes from a lookup: it is only ever named. */
  learn(name: string, host: Host): void {
    if (isLoopback(host)) return
    const names = this.names.get(host.text) ?? new Set()
    names.add(name)
    this.names.set(host.text, names)
    if (this.names.size > REMEMBERED) this.names.delete(this.names.keys().next().value!)
  }

  /** Remembers a port that the tree listens on. */
  own(host: Host, port: number, both: boolean): void {
    const { family, value } = host.address!
    const one = {
      address: value === 0n ? undefined : host.text,
      families: both && value === 0n ? ([4, 6] as const) : [family],
    }
    const known = this.ports.get(port) ?? []
    if (
      !known.some(
        ({ address, families }) => address === one.address && families.length === one.families.length,
      )
    )
      this.ports.set(port, [...known, one])
  }

  private isNamed(host: Host, port: number): boolean {
    return isNamed(this.policy, host, port)
  }

  private isOwn(host: Host, port: number): boolean {
    const { family, value } = host.address!
    // The kernel takes the unspecified address for loopback.
    const text = value === 0n ? (family === 4 ? "127.0.0.1" : "::1") : host.text
    return (this.ports.get(port) ?? []).some(
      ({ address, families }) =>
        families.some((one) => one === family) && (address === undefined || address === text),
    )
  }

  private namesOf(host: Host): string[] {
    return [...(this.names.get(host.text) ?? [])]
  }
}

/** An address of a socket, and its port. */
export interface Place {
  host: Host
  port: number
}

/** The host that is 4 or 16 bytes; undefined for another length. */
export function hostOfBytes(bytes: Uint8Array): Host | undefined {
  if (bytes.length === 4) return hostOfIPv4(bytes)
  return bytes.length === 16 ? canonicalHost(hexadecimal(bytes)) : undefined
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from({ length: 8 }, (_, group) =>
    ((bytes[2 * group]! << 8) | bytes[2 * group + 1]!).toString(16),
  ).join(":")
}
