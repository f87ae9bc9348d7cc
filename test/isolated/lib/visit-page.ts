import { join } from "node:path"
import type { IsolatedContext } from "../../../scripts/harness/run-opencode.ts"
import { serverUrl } from "../../../scripts/harness/scenarios.ts"
import { unpackBrowser } from "../../../scripts/isolation/browser-files.ts"
import type { Visit, VisitRequest } from "./visit.ts"

/** Opens one browser in a run's namespace, which visits its server again and again, each time in a profile of its own. */
export async function visit(
  { execute }: IsolatedContext,
  ...requests: Partial<VisitRequest>[]
): Promise<Visit[]> {
  const visits = requests.map((request) => ({ url: serverUrl, ...request }))
  const argument = JSON.stringify({ browser: await unpackBrowser(), visits })
  // A proxy is OpenCode's, for its model.
  const env = { HTTP_PROXY: "" }
  const script = join(import.meta.dirname, "visit.ts")
  const { exitCode, stdout, stderr } = await execute(process.execPath, [script, argument], { env })
  if (exitCode !== 0) throw new Error(`the visit failed:\n${stderr}`)
  return JSON.parse(stdout)
}
