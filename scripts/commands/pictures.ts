import { mkdir } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Command } from "commander"
import { readReport } from "../audit/read-report.ts"
import { buildRelease, isStale, plainRelease } from "../build/fresh-release.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { takeMatrix, takeTerminal, takeWebUi } from "../pictures/pictures.ts"

const DESCRIPTION = `Takes the pictures of the docs from the real thing: the TUI and the web UI, offline, of the executable that is built by
default, and the audit's table from its report. Each is a PNG below 200 kB.
Exit codes: 0 taken, 2 could not run.`

await runCommand(async () => {
  const { out, report } = new Command("npm run pictures --")
    .description(DESCRIPTION)
    .option("--out <folder>", "where they go", join(import.meta.dirname, "../../docs/pictures"))
    .option("--report <file>", "the report that npm run audit wrote", "dist/audit/report.json")
    .exitOverride(leaveParser)
    .parse()
    .opts<{ out: string; report: string }>()
  const measured = await readReport(report)
  const release = await plainRelease()
  if (await isStale(release)) await buildRelease(release)
  const file = (name: string) => resolve(out, `${name}.png`)
  await mkdir(resolve(out), { recursive: true })
  const progress = new Progress(3)
  await progress.step("Take the TUI", () => takeTerminal(release.executable, file("tui")))
  await progress.step("Take the web UI", () => takeWebUi(release.executable, file("web-ui")))
  await progress.step("Take the audit's table", () => takeMatrix(measured, file("audit")))
  console.log(`Look at them: ${resolve(out)}`)
  return true
})
