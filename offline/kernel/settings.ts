import type { ProgramDenial } from "../denials.ts"
import type { PolicyKeys } from "../policy/keys.ts"
import type { Line } from "../policy.ts"

/** What kernel mode does beyond the list of what may be connected to. */
export interface KernelSettings {
  /** Ports of this machine that may be connected to: the tree's own and those that an entry names, or any. */
  loopback: "own" | "any"
  /** Unix sockets outside of the tree that may be connected to: absolute paths, or `@` and an abstract name. */
  unix: string[]
  /** Who may connect to a port that the tree listens on: this machine, or anyone. */
  listen: "loopback" | "any"
}

export const STRICTEST: KernelSettings = { loopback: "own", unix: [], listen: "loopback" }

/** What a policy says of it. */
export type KernelKeys = Pick<PolicyKeys, "enforce" | "loopback" | "unix" | "listen">

/** What several say together who may all widen. */
export function widened(keys: readonly KernelKeys[]): KernelSettings {
  return {
    loopback: keys.some(({ loopback }) => loopback === "any") ? "any" : STRICTEST.loopback,
    unix: [...new Set(keys.flatMap(({ unix = [] }) => unix))],
    listen: keys.some(({ listen }) => listen === "any") ? "any" : STRICTEST.listen,
  }
}

/** What two allow who must both do so. */
export function tightened(one: KernelSettings, other: KernelSettings): KernelSettings {
  return {
    loopback: one.loopback === "any" ? other.loopback : one.loopback,
    unix: one.unix.filter((path) => other.unix.includes(path)),
    listen: one.listen === "any" ? other.listen : one.listen,
  }
}

/** What the launcher tells the supervisor. */
export interface SupervisorStart {
  /** Lines that allow. */
  allow: Line[]
  settings: KernelSettings
  /** Whether the launcher is to be told of denials. */
  tells: boolean
  /** The supervisor makes every socket, because it cannot get at those of others. */
  brokered: boolean
  /** One 32-bit word: the listener's descriptor and 1, as soon as there is one. */
  listener: SharedArrayBuffer
}

/** What the supervisor tells the launcher: that it is ready, that memory can be given back, and what it has denied. */
export type FromSupervisor = { ready: true } | { giveBack: true } | { denied: ProgramDenial }

/** The variable that tells a child of the launcher that it is one. Alone it proves nothing. */
export const CHILD_MARK = "OPENCODE_OFFLINE_LAUNCHER"

/**
 * What a program in a confined tree is answered when it connects descriptor -1 to the family {@link PROOF_FAMILY}: a number
 * that no kernel gives, so only a supervisor of ours can. It has then read the program's memory, and got at a descriptor.
 */
export const PROVEN = 0x4f43
/** The same when it could not read: Yama, or a capability, forbids it. */
export const UNREADABLE = 0x4f44
export const PROOF_FAMILY = 0x4f43
