import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { openStagedFolder, replaceFolder } from "../lib/staged-folder.ts"
import { printHtml } from "./html/page.ts"
import { printJUnit } from "./print-junit.ts"
import { printMarkdown } from "./print-markdown.ts"
import { printSarif } from "./print-sarif.ts"
import type { AuditOptions } from "./read-options.ts"
import { type Report, reportFile, reportSchema } from "./report.ts"

/**
 * Makes the folder in which a report is made, beside the report's own (`out`).
 * @throws Failure when something other than a report is there, as that will be replaced, or a report of all scenarios
 * that one of some would replace
 */
export async function openAudit({
  out,
  allScenarios,
}: Pick<AuditOptions, "out" | "allScenarios">): Promise<string> {
  const there = await readdir(out).catch((): string[] => [])
  const report = [true, false].map(reportFile).find((file) => there.includes(file))
  if (there.length > 0 && !report) throw notReport(out)
  if (!allScenarios && report === reportFile(true) && (await isOfAll(join(out, report))))
    throw wouldBeLost(out)
  const folder = await openStagedFolder(out)
  await mkdir(join(folder, "pcap"))
  return folder
}

/** Writes the report's files into `folder` and puts it in the place of the last report; beside it, what else was asked for. */
export async function writeAudit(
  report: Report,
  folder: string,
  { out, junit, sarif }: Pick<AuditOptions, "out" | "junit" | "sarif">,
): Promise<void> {
  const json = reportFile(report.allScenarios)
  const named = (extension: string) => join(folder, json.replace(/json$/, extension))
  await writeFile(named("json"), `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`)
  await writeFile(named("html"), printHtml(report))
  await writeFile(named("md"), printMarkdown(report))
  await replaceFolder(folder, out)
  if (junit) await writeBeside(junit, printJUnit(report))
  if (sarif) await writeBeside(sarif, printSarif(report))
}

async function writeBeside(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** What cannot be read is taken for one of all, so that nothing is lost. */
async function isOfAll(file: string): Promise<boolean> {
  try {
    return (JSON.parse(await readFile(file, "utf8")) as Partial<Report>).allScenarios !== false
  } catch {
    return true
  }
}

function notReport(out: string): Failure {
  return new Failure({
    what: `The report cannot be put into ${out}`,
    why: "there is something else, which would be removed",
    next: "npm run audit -- --out FOLDER with a folder that is empty or not there",
  })
}

function wouldBeLost(out: string): Failure {
  return new Failure({
    what: `The report cannot be put into ${out}`,
    why: "there is one of all scenarios, which one of some must not replace",
    next: "leave --out away (dist/audit-PARTIAL), or name another folder",
  })
}
