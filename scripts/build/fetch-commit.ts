import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { type Pin, pinFile, pinName } from "../pins/pin.ts"
import { mirrorCommit } from "../upstream/git/mirror.ts"
import { showUrl } from "../upstream/git/show-url.ts"

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
export async function fetchCommit(
  pin: Pin,
  { gitUrl, cache }: { gitUrl: string | undefined; cache: string },
  step: Step,
): Promise<Commit> {
  const { commit } = pin.git
  if (commit === undefined) throw noCommit(pin)
  const url = gitUrl ?? pin.git.url
  step.update(`${commit} from ${showUrl(url)}`)
  const mirror = await mirrorCommit({ url, commit, version: pin.version }, cache)
  step.result(`${commit.slice(0, 12)} of ${showUrl(url)}`)
  return { mirror, commit, url: showUrl(url) }
}

function noCommit(pin: Pin): Failure {
  const tag = `v${pin.version}`
  return new Failure({
    what: `The pin ${pinName(pin)} has no commit`,
    why: "upstream's repository was not in reach when it was made",
    next: `git ls-remote ${showUrl(pin.git.url)} ${tag}, and write the full hash as "commit" beside "url" in ${pinFile(pinName(pin))}`,
  })
}
