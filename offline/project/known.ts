import { readFileSync } from "node:fs"

let names: Set<string> | undefined

/**
 * Whether the model catalogue names a package: then it is one of a provider that OpenCode knows, which an executable has
 * inside, or a person has installed. No others are known where the catalogue cannot be read.
 */
export function isKnownPackage(name: string): boolean {
  names ??= namesOf(process.env.OPENCODE_MODELS_PATH)
  return names.has(name)
}

function namesOf(catalogue: string | undefined): Set<string> {
  try {
    const text = catalogue ? readFileSync(catalogue, "utf8") : ""
    return new Set(Array.from(text.matchAll(/"npm":\s*"([^"]+)"/g), ([, name]) => name!))
  } catch {
    return new Set()
  }
}
