import path from "node:path"
import { configurationFolder } from "./configuration.ts"
import { packageOf } from "./imports.ts"

const reported = new Set<string>()

/** Names on standard error, once, what a file imports and nothing provides: upstream ends a session without a word then. */
export function reportMissing(file: string, specifier: string): void {
  const name = packageOf(specifier)
  if (!name) return
  const folder = configurationFolder(file) ?? path.dirname(file)
  const line = `! ${file} imports ${specifier}, which is not installed, and OpenCode is offline. Provide it from a machine with a registry: npm install --prefix ${folder} ${name}\n`
  // In a worker the TUI shows the error; a line would tear its screen.
  if (Bun.isMainThread && !reported.has(line)) process.stderr.write(line)
  reported.add(line)
}
