import { readScale } from "../../scripts/isolation/limits.ts"

/** How long a program dials where nobody answers, in seconds on a machine of scale 1: a watch window. */
const WINDOW = 2

/**
 * A script that stands in for a program that OpenCode starts and that would connect to `host`: it does no more than
 * that, for its watch window at most, and then fails. So whether OpenCode starts it is seen in the same way as anything else.
 */
export function dials(host: string): string {
  return `#!/usr/bin/env bash
( exec 3<>/dev/tcp/${host}/443 ) & dialling=$!
( PATH=/usr/bin:/bin sleep ${WINDOW * readScale()}; kill "$dialling" ) 2>/dev/null &
wait "$dialling"
exit 1
`
}
