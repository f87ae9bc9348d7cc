import { DEFAULT_PORTS } from "../policy.ts"
import type { UrlParts } from "../primordials.ts"

/** The port that an URL points at; undefined when neither it nor its scheme says. */
export function portOf(url: UrlParts): number | undefined {
  const text = url.port || DEFAULT_PORTS[url.protocol]
  return text === undefined ? undefined : +text
}
