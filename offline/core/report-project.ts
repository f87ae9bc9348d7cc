import type { ProjectCode } from "../policy/keys.ts"
import { findCode } from "../project/find.ts"
import { type Found, showable } from "../project/say.ts"
import type { OfflineState } from "../switch.ts"

/** What the project that OpenCode is started in has that would run code, and is left out. */
export function findLeftOut({ projectCode, project }: OfflineState, env: NodeJS.ProcessEnv): Found[] {
  return projectCode === "ignore" ? findCode(project, env) : []
}

/** The same for people. */
export function formatProject(report: { projectCode: ProjectCode; leftOut: Found[] }): string {
  if (report.projectCode === "allow") return ""
  const rows = report.leftOut.map(({ where, names }) => `${showable(`  ${names.join(", ")}  ${where}`)}\n`)
  const here = rows.length > 0 ? `Left out here:\n${rows.join("")}` : "There is none here.\n"
  return `A project's own code is not run ("projectCode" is "ignore"): plugins, tools, servers, and what its commands have a shell do. ${here}`
}
