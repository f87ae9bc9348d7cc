import type { SgNode } from "@ast-grep/napi"
import { splice } from "../patching/apply.ts"
import { replace } from "../patching/edits.ts"

/**
 * Reads an object literal of plain data, as a bundler writes it, without running it: JSON5, in which a minifier has `!0` and
 * `!1` for true and false, `void 0` for undefined and templates for texts.
 * @throws SyntaxError when there is something else in it
 */
export function readLiteral(node: SgNode): unknown {
  const start = node.range().start.index
  const minified = node.findAll({
    rule: { any: [{ kind: "unary_expression" }, { kind: "template_string" }] },
  })
  const edits = minified.flatMap((part) => {
    const value = plainValue(part)
    const edit = replace(part, value ?? "")
    return value === undefined ? [] : [{ ...edit, start: edit.start - start, end: edit.end - start }]
  })
  return Bun.JSON5.parse(splice(node.text(), edits))
}

function plainValue(node: SgNode): string | undefined {
  if (node.kind() !== "template_string") return MINIFIED[node.text()]
  if (node.has({ rule: { kind: "template_substitution" } })) return undefined
  const text = node.text().slice(1, -1)
  // All that a template may have unescaped and a quoted text may not.
  return `"${text.replace(/\\`|\\\$|"|\r?\n/g, (found) => (found.startsWith("\\") ? found.slice(1) : JSON.stringify(found).slice(1, -1)))}"`
}

const MINIFIED: Record<string, string | undefined> = { "!0": "true", "!1": "false", "void 0": "null" }
