import path from "node:path"
import { reportOnce } from "../report-once.ts"
import { configurationFolder } from "./configuration.ts"
import { packageOf } from "./imports.ts"

/** Names on standard error, once, what a file imports and nothing provides: upstream ends a session without a word then. */
export function reportMissing(file: string, specifier: string): void {
  const name = packageOf(specifier)
  if (!name) return
  const folder = configurationFolder(file) ?? path.dirname(file)
  reportOnce(
    `${file} imports ${specifier}, which is not installed, and OpenCode is offline. Provide it from a machine with a registry: npm install --prefix ${folder} ${name}`,
  )
}
