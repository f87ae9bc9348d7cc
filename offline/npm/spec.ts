/** What is to be installed, as npm is told it: `name`, `name@version`, or a place that it is taken from. */
export type Spec =
  /** From a registry. */
  | { name: string; version: string }
  /** From somewhere else, with the name that it gets, when the text has it. */
  | { name?: string; from: string }

const PLAIN = /^((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:@(.*))?$/

/** Reads what upstream asks npm to install. */
export function parseSpec(text: string): Spec {
  const [, name, version = "latest"] = PLAIN.exec(text) ?? []
  if (!name) return { from: text }
  // `name@npm:other@1.0.0` is another package of a registry.
  const alias = /^npm:(.*)$/.exec(version)
  if (alias) return parseSpec(alias[1]!)
  return /[:/]/.test(version) ? { name, from: version } : { name, version: version || "latest" }
}
