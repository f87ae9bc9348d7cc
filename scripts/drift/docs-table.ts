import type { NamedPatch } from "../patching/apply.ts"
import type { Attempt } from "./attempt.ts"
import { printRanges } from "./ranges.ts"
import type { Verdict } from "./try-series.ts"

/** Where the table stands. */
export const DOCS = "docs/drift.md"
/** How it is made, as its first line says. */
export const MAKER = "npm run drift"

/**
 * The table of docs/drift.md: a row a patch, a column a form of code, and in which releases of it the patch applies.
 * @param attempts all recorded releases, in the order of their versions
 */
export function printDocsTable(attempts: Attempt[], series: NamedPatch[]): string {
  const columns = [...Map.groupBy(attempts, ({ shape }) => shape ?? "cannot be read")]
  const heads = columns.map(([shape, of]) => `${shape}: ${countReleases(of)}`)
  return [
    row(["patch", "level", "needed in", ...heads]),
    row(["---", "---", "---", ...columns.map(() => "---")]),
    ...series.map(({ name, kind, level, range }) => {
      const releases = range === "*" ? "all" : `\`${range}\``
      const where = kind === "build" ? "the git source" : releases
      return row([`\`${name}\``, level, where, ...columns.map(([, of]) => cell(name, of))])
    }),
  ].join("\n")
}

const row = (cells: string[]) => `| ${cells.join(" | ")} |`

function countReleases(attempts: Attempt[]): string {
  const all = attempts.map(({ upstream }) => upstream)
  return all.length > 2 ? `${all.length}, ${printRanges(all, all)}` : printRanges(all, all)
}

const WORDS: Record<Verdict["verdict"], string> = {
  applies: "",
  refused: "**refused** ",
  formless: "**no form** ",
  none: "",
}

function cell(patch: string, attempts: Attempt[]): string {
  const all = attempts.map(({ upstream }) => upstream)
  const found = Map.groupBy(
    attempts,
    ({ verdicts }) => verdicts.find((one) => one.patch === patch)?.verdict ?? "none",
  )
  found.delete("none")
  const parts = [...found].map(([verdict, of]) => {
    const where =
      of.length === all.length
        ? "all"
        : printRanges(
            of.map(({ upstream }) => upstream),
            all,
          )
    return `${WORDS[verdict]}${where}`
  })
  return parts.join("; ") || "–"
}
