import type { Decide } from "../guard/decide.ts"
import { endsWith, indexOf, parseUrl, slice } from "../primordials.ts"
import type { Environment } from "./environment.ts"

/** What git connects for. */
const NETWORK_VERBS: Record<string, true> = {
  __proto__: null as never,
  ...{ clone: true, fetch: true, "ls-remote": true, pull: true, push: true },
}

/** The ports of the transports that have a host. */
const PORTS: Record<string, number> = { "http:": 80, "https:": 443, "ssh:": 22, "git:": 9418 }

/** Whether a program is git, by its path or its name. */
export function isGit(program: string): boolean {
  return program === "git" || endsWith(program, "/git") || endsWith(program, "\\git.exe")
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
  let protocols = "file"
  if (connects(command))
    for (let index = 1; index < command.length; index++) {
      const remote = remoteOf(command[index]!)
      if (!remote) continue
      decide({ host: remote.host, port: remote.port, api: "git" })
      command[index] = remote.text
      protocols += `:${slice(remote.protocol, 0, -1)}`
    }
  if (protocols !== "file") command.splice(1, 0, "-c", "http.followRedirects=false")
  return { GIT_ALLOW_PROTOCOL: protocols }
}

function connects(command: string[]): boolean {
  for (let index = 1; index < command.length; index++) if (NETWORK_VERBS[command[index]!]) return true
  return false
}

/** A repository elsewhere: as an URL, or as `user@host:path`, which is ssh. */
function remoteOf(word: string): { text: string; protocol: string; host: string; port: number } | undefined {
  const at = indexOf(word, "@")
  const colon = indexOf(word, ":")
  const isUrl = indexOf(word, "://") > 0
  if (!isUrl && at > 0 && colon > at && indexOf(slice(word, 0, colon), "/") < 0)
    return { text: word, protocol: "ssh:", host: slice(word, at + 1, colon), port: PORTS["ssh:"]! }
  const url = isUrl ? parseUrl(word) : undefined
  const port = url && (Number(url.port) || PORTS[url.protocol])
  return port ? { text: url!.href, protocol: url!.protocol, host: url!.hostname, port } : undefined
}
