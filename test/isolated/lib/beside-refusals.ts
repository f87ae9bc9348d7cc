/** What a program printed on standard error beside the refusals, of which a person is told at its end, one a line. */
export function besideRefusals(stderr: string): string {
  return stderr.replace(/^! .* was blocked: OpenCode is offline .*\n/gm, "")
}
