import type { Decide } from "../guard/decide.ts"
import { endsWith, indexOf, parseUrl, slice, toLowerCase, toNumber } from "../primordials.ts"
import { ownPlatform } from "../process.ts"
import { withSlashes } from "../system.ts"
import type { Environment } from "./environment.ts"

/** What git connects for. */
const NETWORK_VERBS: Record<string, true> = {
  __proto__: null as never,
  ...{ clone: true, fetch: true, "ls-remote": true, pull: true, push: true },
}

/** The ports of the transports that have a host. */
const PORTS: Record<string, number> = {
  __proto__: null as never,
  ...{ "http:": 80, "https:": 443, "ssh:": 22, "git:": 9418 },
}

/** Repositories on this machine only. */
const CLOSED: Environment = { GIT_ALLOW_PROTOCOL: "file" }

/** Whether a program is git, by its path or its name. */
export function isGit(program: string): boolean {
  const name = toLowerCase(withSlashes(program, "win32"))
  return name === "git" || endsWith(name, "/git") || endsWith(name, "/git.exe") || name === "git.exe"
}

/**
 * git, as OpenCode itself starts it: a remote that the command line names is decided on. What only git's configuration
 * names is not known here, so git is told to connect to nothing: no fetch of a remote by its name, no submodule, no object
 * that a partial clone lacks.
 * @param command git first. A remote that is allowed is put in the spelling that was decided on, and redirects are off
 * @returns the variables that say so to git
 * @throws OfflineError when the policy does not allow a remote
 */
export function gitVariables(command: string[], decide: Decide): Environment {
  if (!connects(command)) return CLOSED
  let named = 0
  let protocol: string | undefined
  for (let index = 1; index < command.length; index++) {
    if (!mayBeRemote(command[index]!)) continue
    named++
    const remote = remoteOf(command[index]!)
    if (!remote) continue
    decide({ host: remote.host, port: remote.port, api: "git" })
    command[index] = remote.text
    protocol = slice(remote.protocol, 0, -1)
  }
  // git takes one. With two it is not known which, and the other may be one that was not understood.
  if (named !== 1 || protocol === undefined) return CLOSED
  insert(command, "-c", "http.followRedirects=false")
  return { GIT_ALLOW_PROTOCOL: `file:${protocol}` }
}

/** Puts two words after the first. */
function insert(command: string[], one: string, other: string): void {
  for (let index = command.length - 1; index > 0; index--) command[index + 2] = command[index]!
  command[1] = one
  command[2] = other
}

function connects(command: string[]): boolean {
  for (let index = 1; index < command.length; index++) if (NETWORK_VERBS[command[index]!]) return true
  return false
}

/** By git's own rule: what has a colon ahead of any slash is elsewhere. A drive's letter is not. */
function mayBeRemote(word: string): boolean {
  const slash = indexOf(word, "/")
  const colon = indexOf(word, ":")
  return colon > (ownPlatform === "win32" ? 1 : 0) && (slash < 0 || slash > colon)
}

/** A repository elsewhere: an URL, or `user@host:path`, which is ssh; undefined for what is not understood. */
function remoteOf(word: string): { text: string; protocol: string; host: string; port: number } | undefined {
  const at = indexOf(word, "@")
  const colon = indexOf(word, ":")
  if (indexOf(word, "://") < 0) {
    if (at <= 0 || at > colon) return undefined
    return { text: word, protocol: "ssh:", host: slice(word, at + 1, colon), port: PORTS["ssh:"]! }
  }
  const url = parseUrl(word)
  const port = url && (toNumber(url.port) || PORTS[url.protocol])
  return port ? { text: url!.href, protocol: url!.protocol, host: url!.hostname, port } : undefined
}
