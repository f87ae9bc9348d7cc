import type { Step } from "../lib/log.ts"
import type { Pin } from "../pins/pin.ts"
import { mirrorCommit } from "../upstream/git/mirror.ts"
import { showUrl } from "../upstream/git/show-url.ts"
import type { BuildOptions } from "./options.ts"

/** Upstream's commit, in a bare mirror in the cache. */
export interface Commit {
  mirror: string
  commit: string
  /** Where it comes from, without login. */
  url: string
}

/**
 * Brings the pinned commit into the cache, from where the pin or `--git-url` says; no network is used when it is there.
 * @throws Failure as {@link mirrorCommit} does
 */
export async function fetchCommit(pin: Pin, options: BuildOptions, step: Step): Promise<Commit> {
  const { commit } = pin.git
  const url = options.gitUrl ?? pin.git.url
  step.update(`${commit} from ${showUrl(url)}`)
  const mirror = await mirrorCommit({ url, commit, version: pin.version }, options.cache)
  step.result(`${commit.slice(0, 12)} of ${showUrl(url)}`)
  return { mirror, commit, url: showUrl(url) }
}
