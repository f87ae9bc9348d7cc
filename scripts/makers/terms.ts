import { type Materials, NO_ASSERTION } from "../materials/material.ts"

/** The terms of all that is in it, of a `materials.json`: one SPDX expression. */
export function termsOf(materials: Uint8Array): string {
  const { list }: Materials = JSON.parse(Buffer.from(materials).toString())
  const expressions = list.map(({ license }) => license).filter((license) => license !== NO_ASSERTION)
  return [...new Set(expressions)]
    .sort()
    .map((expression) => (expression.includes(" ") ? `(${expression})` : expression))
    .join(" AND ")
}
