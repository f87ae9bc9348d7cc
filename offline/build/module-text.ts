import type { Embedded } from "../embedded.ts"

/** The parts of {@link Embedded} that are modules of the executable. */
export const PARTS = ["webUi", "models", "policy"] as const

/**
 * The text that the build puts in the place of `offline/embedded.ts`. Where the bundler names modules after their
 * contents, the parts are paths of files, and the text imports them.
 * @param imported the parts are files to be embedded, not names of modules
 */
export function moduleText(embedded: Embedded, imported = false): string {
  const parts = imported ? PARTS.filter((part) => embedded[part] !== undefined) : []
  const imports = parts.map(
    (part) => `import ${part} from ${JSON.stringify(embedded[part])} with { type: "file" }\n`,
  )
  // A path of the machine that builds does not belong into the executable.
  const rest = JSON.stringify(embedded, (key, value) => (parts.includes(key as never) ? undefined : value))
  return `${imports.join("")}export const embedded = { ...${rest}, ${parts.join(", ")} }\n`
}
