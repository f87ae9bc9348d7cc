import { stripVTControlCharacters } from "node:util"
import type { AuditContext, Outcome } from "../../scripts/audit/scenario.ts"
import type { IsolatedResult } from "../../scripts/harness/run-opencode.ts"

/** The job is done when every check holds; those that do not are named ahead of what was seen. */
export function judge(checks: Record<string, boolean>, seen: string): Outcome {
  const failed = Object.keys(checks).filter((name) => !checks[name])
  return {
    worked: failed.length === 0,
    detail: failed.length === 0 ? seen : `not ${failed.join(", ")}: ${seen}`,
  }
}

/**
 * For a command that cannot do its job without the network. Offline it has to end by itself with exit code 1 and a line
 * that says what is off or denied; upstream's has to end by itself, whatever it says.
 * @param offline what that line has to say
 */
export function judgeRefusal(result: IsolatedResult, { variant }: AuditContext, offline: RegExp): Outcome {
  const ended = result.exitCode !== undefined
  const lines = linesOf(result)
  if (variant === "stock") return judge({ ended }, lines.at(-1) ?? "nothing was printed")
  const line = lines.find((text) => offline.test(text))
  return judge(
    { ended, "exit code 1": result.exitCode === 1, "said that it is off": line !== undefined },
    line ?? lines.at(-1) ?? "nothing was printed",
  )
}

/** What upstream's prints in every fresh home. */
const migration = /^(Performing one time database migration|sqlite-migration:|Database migration complete)/

/** What a command printed, without colours, empty lines and the migration of its database; standard error comes last. */
export function linesOf({ stdout, stderr, screen }: IsolatedResult): string[] {
  return stripVTControlCharacters(`${stdout}\n${stderr}\n${screen ?? ""}`)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !migration.test(line))
}
