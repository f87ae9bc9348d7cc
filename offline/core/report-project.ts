import type { ProjectCode } from "../policy/keys.ts"
import { findCode } from "../project/find.ts"
import { type Found, showable } from "../project/say.ts"
import type { OfflineState } from "../switch.ts"

/** What `opencode offline --json` says of the project's own code. */
export interface ProjectReport {
  code: ProjectCode
  /** What the project has that would run code, and is left out. */
  leftOut: Found[]
}

/** What becomes of the code of the project that OpenCode is started in. */
export function reportProject({ projectCode, project }: OfflineState, env: NodeJS.ProcessEnv): ProjectReport {
  return { code: projectCode, leftOut: projectCode === "ignore" ? findCode(project, env) : [] }
}

/** The same for people. */
export function formatProject({ code, leftOut }: ProjectReport): string {
  if (code === "allow") return ""
  const rows = leftOut.map(({ where, names }) => `${showable(`  ${names.join(", ")}  ${where}`)}\n`)
  const none = "Here is nothing of that kind.\n"
  return `A project's own code is not run ("projectCode" is "ignore"): its plugins, tools, servers, and what its commands have a shell do. ${rows.length > 0 ? `Left out here:\n${rows.join("")}` : none}`
}
