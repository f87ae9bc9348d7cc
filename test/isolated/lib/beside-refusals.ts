/**
 * What a program printed on standard error beside the refusals, of which a person is told at its end, one a line; and beside
 * what Wine's server, when it ends, may list of objects that a program has left.
 */
export function besideRefusals(stderr: string): string {
  return stderr
    .replace(/^! .* was blocked: OpenCode is offline .*\n/gm, "")
    .replace(/^0x[0-9a-f]+:\d+: [A-Z].*\n/gm, "")
}
