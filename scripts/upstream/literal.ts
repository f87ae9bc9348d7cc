const QUOTED = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`
const TEMPLATE = String.raw`\`(?:[^\`\\]|\\[^])*\``
/** What is not JSON5; texts are found so that nothing in them is. */
const MINIFIED = new RegExp(`${QUOTED}|${TEMPLATE}|!\\s*[01]|void 0`, "g")

/**
 * Reads an object literal of plain data, as a bundler writes it, without running it: JSON5, in which a minifier has `!0` and
 * `!1` for true and false, `void 0` for undefined and templates for texts.
 * @throws SyntaxError when there is something else in it
 */
export function readLiteral(text: string): unknown {
  return Bun.JSON5.parse(text.replace(MINIFIED, plainValue))
}

function plainValue(found: string): string {
  if (/^["']/.test(found)) return found
  if (!found.startsWith("`")) return VALUES[found.replace(/^!\s+/, "!")]!
  // A template that computes something is no plain data, and is no JSON5.
  if (/(?<!\\)(?:\\\\)*\$\{/.test(found)) return found
  const text = found.slice(1, -1)
  // All that a template may have unescaped and a quoted text may not.
  return `"${text.replace(/\\`|\\\$|\\[\s\S]|"|\r?\n/g, inQuotes)}"`
}

function inQuotes(found: string): string {
  if (found === "\\`" || found === "\\$") return found.slice(1)
  return found.startsWith("\\") ? found : JSON.stringify(found).slice(1, -1)
}

const VALUES: Record<string, string> = { "!0": "true", "!1": "false", "void 0": "null" }
