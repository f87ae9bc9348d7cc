import { FILE } from "../pins/hosts-in-code.ts"
import type { Attempt } from "./attempt.ts"
import { printRanges } from "./ranges.ts"
import type { Verdict } from "./try-series.ts"

/** Whether all patches that an upstream requires apply to it. */
export function isGreen({ verdicts, unreadable }: Attempt): boolean {
  return unreadable === undefined && !verdicts.some(lacks)
}

/** Whether nothing of an attempt is a finding. */
export function isFine(attempt: Attempt): boolean {
  return isGreen(attempt) && attempt.newHosts.length === 0
}

function lacks({ level, verdict }: Verdict): boolean {
  return level === "required" && (verdict === "refused" || verdict === "formless")
}

/**
 * What people read: what each patch does on which upstreams, then why one was refused or an upstream cannot be read, hosts
 * that nobody has described, then a line an upstream, and what is to be done.
 * @param attempts in the order of their versions
 */
export function printAttempts(attempts: Attempt[], mustBeGreen: (upstream: string) => boolean): string {
  const parts = [
    table(attempts),
    reasons(attempts),
    newHosts(attempts),
    summary(attempts, mustBeGreen),
    nextSteps(attempts, mustBeGreen),
  ]
  return parts.filter(Boolean).join("\n\n")
}

const WORDS = { applies: "applies", refused: "REFUSED", formless: "NO FORM", none: "not needed" }

function table(attempts: Attempt[]): string {
  const shown = attempts.filter(({ verdicts }) => verdicts.length > 0)
  if (shown.length === 0) return ""
  const all = shown.map(title)
  return align(
    shown[0]!.verdicts.map(({ patch, level }, i) => {
      const found = Map.groupBy(shown, ({ verdicts }) => verdicts[i]!.verdict)
      const cells = [...found].map(([verdict, of]) => {
        const where = of.length < all.length ? ` ${printRanges(of.map(title), all)}` : ""
        return `${WORDS[verdict]}${where}`
      })
      return [patch, level, cells.join("; ")]
    }),
  )
}

/** One line for upstreams in a row that refuse a patch for the same reason. */
function reasons(attempts: Attempt[]): string {
  const all = attempts.map(title)
  const unreadable = attempts.flatMap((attempt) =>
    attempt.unreadable ? [{ attempt, why: `cannot be read: ${attempt.unreadable}` }] : [],
  )
  const refused = attempts.flatMap((attempt) =>
    attempt.verdicts
      .filter(({ verdict }) => verdict === "refused")
      .map(({ patch, why }) => ({ attempt, why: `refuses ${patch}: ${why}` })),
  )
  return [...Map.groupBy([...unreadable, ...refused], ({ why }) => why)]
    .map(
      ([why, of]) =>
        `${printRanges(
          of.map(({ attempt }) => title(attempt)),
          all,
        )} ${why}`,
    )
    .join("\n")
}

function newHosts(attempts: Attempt[]): string {
  const all = attempts.map(title)
  const found = attempts.flatMap((attempt) => attempt.newHosts.map((host) => ({ host, attempt })))
  if (found.length === 0) return ""
  const lines = [...Map.groupBy(found, ({ host }) => host)].map(
    ([host, of]) =>
      `new host ${host} in the code of ${printRanges(
        of.map(({ attempt }) => title(attempt)),
        all,
      )}`,
  )
  const { attempt, host } = found.at(-1)!
  const look = `npm run drift -- ${attempt.upstream} --keep /tmp/upstream && grep -rlF '${host}' /tmp/upstream/${attempt.upstream}`
  const next = [
    `  why:  ${FILE} does not say what it is`,
    `  next: see what the code does with it: ${look}`,
    `        then write into ${FILE} "link", or when it is dialled and what stops that,`,
    "        and which scenario of the audit reaches it, or why none does (docs/updating.md, step 1)",
  ]
  return [...lines, ...next].join("\n")
}

function summary(attempts: Attempt[], mustBeGreen: (upstream: string) => boolean): string {
  return align(
    attempts.map((attempt) => [
      isFine(attempt) ? "✔" : "✖",
      title(attempt),
      count(attempt),
      attempt.source === "git" ? "" : `Bun ${attempt.bun ?? "of a version that cannot be read"}`,
      `by ${attempt.by}${attempt.by === "the registry" ? ": not recorded" : ""}`,
      mustBeGreen(attempt.upstream) ? "must be green" : "",
    ]),
  )
}

function nextSteps(attempts: Attempt[], mustBeGreen: (upstream: string) => boolean): string {
  const red = attempts.filter((attempt) => mustBeGreen(attempt.upstream) && !isGreen(attempt)).at(-1)
  const patches = red?.verdicts.filter(lacks).map(({ patch }) => `patches/${patch}.ts`) ?? []
  const see = red?.source === "release" ? `npm run drift -- ${red.upstream} --keep /tmp/upstream, and ` : ""
  const unrecorded = attempts.some(({ upstream, by }) => by === "the registry" && mustBeGreen(upstream))
  return [
    ...(patches.length > 0
      ? [`next: ${see}mend ${patches.join(", ")} for ${title(red!)} (docs/updating.md, step 3)`]
      : []),
    ...(unrecorded
      ? ["next: npm run drift -- --record, and compare what it writes with another registry's hash"]
      : []),
  ].join("\n")
}

function count({ verdicts, unreadable, newHosts }: Attempt): string {
  if (unreadable !== undefined) return "cannot be read"
  const needed = verdicts.filter(({ verdict }) => verdict !== "none")
  const of = (wanted: Verdict["verdict"]) => needed.filter(({ verdict }) => verdict === wanted).length
  const parts = [
    `${of("applies")} of ${needed.length} apply`,
    ...(of("refused") > 0 ? [`${of("refused")} refused`] : []),
    ...(of("formless") > 0 ? [`${of("formless")} without a form`] : []),
    ...(newHosts.length > 0 ? [`${newHosts.length} new hosts`] : []),
  ]
  return parts.join(", ")
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
