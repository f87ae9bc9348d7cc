import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { openStagedFolder, replaceFolder } from "../lib/staged-folder.ts"
import { printHtml } from "./print-html.ts"
import { printMarkdown } from "./print-markdown.ts"
import { type Report, reportSchema } from "./report.ts"

/**
 * Makes the folder in which a report is made, beside the report's own (`out`). Throws a Failure when something other
 * than a report is there, as that will be replaced.
 */
export async function openAudit(out: string): Promise<string> {
  const there = await readdir(out).catch((): string[] => [])
  if (there.length > 0 && !there.includes("report.json")) throw notReport(out)
  const folder = await openStagedFolder(out)
  await mkdir(join(folder, "pcap"))
  return folder
}

/** Writes the report's files into `folder` and puts it in the place of the last report. */
export async function writeAudit(report: Report, folder: string, out: string): Promise<void> {
  await writeFile(join(folder, "report.json"), `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`)
  await writeFile(join(folder, "report.html"), printHtml(report))
  await writeFile(join(folder, "report.md"), printMarkdown(report))
  await replaceFolder(folder, out)
}

function notReport(out: string): Failure {
  return new Failure({
    what: `The report cannot be put into ${out}`,
    why: "there is something else, which would be removed",
    next: "npm run audit -- --out FOLDER with a folder that is empty or not there",
  })
}
