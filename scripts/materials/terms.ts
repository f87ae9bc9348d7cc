import { type Materials, NO_ASSERTION } from "./material.ts"

/** The terms of all that is in it: one SPDX expression. */
export function termsOf({ list }: Pick<Materials, "list">): string {
  const expressions = list.map(({ license }) => license).filter((license) => license !== NO_ASSERTION)
  return [...new Set(expressions)]
    .sort()
    .map((expression) => (expression.includes(" ") ? `(${expression})` : expression))
    .join(" AND ")
}

/** The same, of a `materials.json`. */
export function termsIn(file: Uint8Array): string {
  return termsOf(JSON.parse(Buffer.from(file).toString()))
}
