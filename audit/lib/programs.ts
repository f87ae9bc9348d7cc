/**
 * A script that stands in for a program that OpenCode starts and that would connect to `host`: it does no more than
 * that, for a second at most, and then fails. So whether OpenCode starts it is seen in the same way as anything else.
 */
export function dials(host: string): string {
  return `#!/usr/bin/env bash
( exec 3<>/dev/tcp/${host}/443 ) & dialling=$!
( PATH=/usr/bin:/bin sleep 1; kill "$dialling" ) 2>/dev/null &
wait "$dialling"
exit 1
`
}
