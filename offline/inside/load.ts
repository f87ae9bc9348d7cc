import path from "node:path"
import { fileURLToPath } from "node:url"
import { isActive } from "../switch.ts"
import { packageOf } from "./imports.ts"
import { configurationFolder, provide } from "./provide.ts"

/**
 * Imports a custom tool, a plugin or a provider package. Offline, what it imports comes from the disk or from inside the
 * executable, and what is in neither is named on standard error: upstream ends a session without a word then.
 * @param specifier a path, a `file:` URL, or what `onDisk` gave
 * @param importIt upstream's own import
 */
export function load<T>(specifier: string, importIt: (specifier: string) => Promise<T>): Promise<T> {
  if (!isActive()) return importIt(specifier)
  provide(specifier)
  return importIt(specifier).catch((error) => {
    reportMissing(error)
    throw error
  })
}

/** What Bun throws when an import leads nowhere. */
interface ResolveError {
  specifier?: string
  referrer?: string
}

const reported = new Set<string>()

function reportMissing({ specifier, referrer }: ResolveError): void {
  const name = specifier && packageOf(specifier)
  if (!name || !referrer) return
  const file = referrer.startsWith("file:") ? fileURLToPath(referrer) : referrer
  const folder = configurationFolder(file) ?? path.dirname(file)
  const line = `! ${file} imports ${specifier}, which is not installed, and OpenCode is offline. Provide it from a machine with a registry: npm install --prefix ${folder} ${name}\n`
  // In a worker the TUI shows the error; a line would tear its screen.
  if (Bun.isMainThread && !reported.has(line)) process.stderr.write(line)
  reported.add(line)
}
