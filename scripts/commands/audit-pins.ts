import { join } from "node:path"
import { Command } from "commander"
import {
  findDeafness,
  findingsOf,
  findLosses,
  type Measured,
  measure,
  readMeasured,
  writeMeasured,
} from "../audit/measured.ts"
import { readReport } from "../audit/read-report.ts"
import { type Report, reportFile } from "../audit/report.ts"
import { buildRelease, isStale, plainRelease } from "../build/fresh-release.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { readSupported } from "../pins/pin.ts"

const ROOT = join(import.meta.dirname, "../..")

const DESCRIPTION = `Audits the pins that are neither the default nor kept, in the scenarios that pins/supported.json names, with upstream's
release and with a build of it, run offline; builds it when it is not there or older than what it is made from.

Writes what was measured to pins/PIN/audited.json when nothing was found. With --check it writes nothing, and upstream's
release must be seen to try again what is stated there (else the recorder is deaf), and each job that was done offline be done.

Exit codes: 0 nothing found, 1 findings, 2 could not run.`

await runCommand(async () => {
  const { audited } = await readSupported()
  const program = new Command("npm run audit-pins --")
    .description(DESCRIPTION)
    .argument("[PIN...]", `folders in pins/ (default: ${audited.pins.join(", ")})`)
    .option("--check", "write nothing, and compare with what is stated", false)
    .exitOverride(leaveParser)
    .parse()
  const { check } = program.opts<{ check: boolean }>()
  const found: string[] = []
  for (const pin of program.args.length > 0 ? program.args : audited.pins) {
    // First, as an audit takes minutes.
    const stated = check ? await readMeasured(pin) : undefined
    const report = await audit(pin, audited.scenarios)
    const measured = measure(report)
    const lines = [...findingsOf(report, measured), ...compare(measured, stated)]
    if (lines.length === 0 && !check) await writeMeasured(pin, measured)
    found.push(...lines.map((line) => `✖ ${pin}: ${line}`))
    console.log(describe(pin, measured))
  }
  if (found.length > 0) console.log(found.join("\n"))
  return found.length === 0
})

/** Makes sure of the build, audits it beside upstream's release, and gives the report, which stays in dist/. */
async function audit(pin: string, scenarios: string[]): Promise<Report> {
  const release = await plainRelease(pin)
  if (await isStale(release)) await buildRelease(release)
  const out = join(ROOT, "dist", `audit-${pin}`)
  const words = ["--pin", pin, "--out", out, ...scenarios.flatMap((name) => ["--scenario", name])]
  const { exitCode } = await run(process.execPath, ["scripts/commands/audit.ts", ...words], {
    cwd: ROOT,
    env: process.env,
    stdio: ["ignore", process.stderr, process.stderr],
  })
  if (exitCode === 0 || exitCode === 1) return readReport(join(out, reportFile(false)))
  const next = `npm run audit -- ${words.join(" ")}`
  throw new Failure({ what: `${pin} could not be audited`, why: "see above", next })
}

/** With nothing to compare with: a recorder that saw nothing of upstream's at all would state that nothing is tried. */
function compare(measured: Measured, stated: Measured | undefined): string[] {
  if (stated) return [...findDeafness(stated, measured), ...findLosses(stated, measured)]
  const silent = Object.values(measured).every(({ stock }) => stock.hosts.length === 0)
  return silent ? ["stock was not seen to try anything"] : []
}

/** One line a pin: how many jobs were done, and how many hosts were tried. */
function describe(pin: string, measured: Measured): string {
  const sides = Object.values(measured)
  const [stock, offline] = (["stock", "offline"] as const).map((id) => {
    const done = sides.filter((one) => one[id].job === "done").length
    const hosts = new Set(sides.flatMap((one) => one[id].hosts))
    return `${id} did ${done} of ${sides.length} jobs and tried ${hosts.size} hosts`
  })
  return `${pin}: ${stock}; ${offline}`
}
