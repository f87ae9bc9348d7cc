import type { Attempt } from "./attempt.ts"

export function isGreen({ verdicts, unreadable }: Attempt): boolean {
  return unreadable === undefined && verdicts.every(({ verdict }) => verdict !== "refused")
}

/**
 * What people read: a table of patches and upstreams, then why a patch was refused or an upstream cannot be read,
 * then a line an upstream.
 * @param required the versions and commits that must be green
 */
export function printAttempts(attempts: Attempt[], required: string[]): string {
  const parts = [table(attempts), reasons(attempts), summary(attempts, required)]
  return parts.filter(Boolean).join("\n\n")
}

const MARKS = { applies: "applies", refused: "REFUSED", none: "none" }

function table(attempts: Attempt[]): string {
  const shown = attempts.filter(({ verdicts }) => verdicts.length > 0)
  if (shown.length === 0) return ""
  const patches = shown[0]!.verdicts.map(({ patch }) => patch)
  const rows = patches.map((patch, i) => [patch, ...shown.map(({ verdicts }) => MARKS[verdicts[i]!.verdict])])
  return align([["", ...shown.map(title)], ...rows])
}

function reasons(attempts: Attempt[]): string {
  return attempts
    .flatMap((attempt) => [
      ...(attempt.unreadable ? [`${title(attempt)} cannot be read: ${attempt.unreadable}`] : []),
      ...attempt.verdicts
        .filter(({ verdict }) => verdict === "refused")
        .map(({ patch, why }) => `${title(attempt)} refuses ${patch}: ${why}`),
    ])
    .join("\n")
}

function summary(attempts: Attempt[], required: string[]): string {
  return align(
    attempts.map((attempt) => [
      isGreen(attempt) ? "✔" : "✖",
      title(attempt),
      count(attempt),
      attempt.source === "git" ? "" : `Bun ${attempt.bun ?? "of a version that cannot be read"}`,
      `by ${attempt.by}`,
      required.includes(attempt.upstream) ? "must be green" : "",
    ]),
  )
}

function count({ verdicts, unreadable }: Attempt): string {
  if (unreadable !== undefined) return "cannot be read"
  const tried = verdicts.filter(({ verdict }) => verdict !== "none").length
  const refused = verdicts.filter(({ verdict }) => verdict === "refused").length
  return refused > 0 ? `${refused} of ${tried} refused` : `all ${tried} apply`
}

/** A commit by the start that git shows. */
function title({ upstream, source }: Attempt): string {
  return source === "git" ? upstream.slice(0, 12) : upstream
}

function align(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
