import { fileURLToPath } from "node:url"
import { isActive } from "../switch.ts"
import { reportMissing } from "./missing.ts"
import { provide } from "./provide.ts"

/**
 * Imports a plugin or a provider package that configuration names. Offline, what it imports comes from the disk or from
 * inside the executable, and what is in neither is named on standard error.
 * @param specifier a path, a `file:` URL, or what `onDisk` gave
 * @param importIt upstream's own import
 */
export function load<T>(specifier: string, importIt: (specifier: string) => Promise<T>): Promise<T> {
  if (!isActive()) return importIt(specifier)
  provide(specifier)
  return importIt(specifier).catch((error: ResolveError) => {
    const { specifier: missing, referrer } = error
    if (missing && referrer)
      reportMissing(referrer.startsWith("file:") ? fileURLToPath(referrer) : referrer, missing)
    throw error
  })
}

/** What Bun throws when an import leads nowhere. */
interface ResolveError {
  specifier?: string
  referrer?: string
}
