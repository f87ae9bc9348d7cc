const reported = new Set<string>()

/**
 * Prints a line on standard error, once. Not in a worker: there the TUI shows the error, and a line would tear its screen.
 * @param line without its end
 */
export function reportOnce(line: string): void {
  if (Bun.isMainThread && !reported.has(line)) process.stderr.write(`! ${line}\n`)
  reported.add(line)
}
