import { rmSync } from "node:fs"
import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { printHtml } from "./print-html.ts"
import { printMarkdown } from "./print-markdown.ts"
import { type Report, reportSchema } from "./report.ts"

/** Makes the folder beside the report's own in which it is made; it goes when the process ends before it is whole. */
export async function openAudit(out: string): Promise<string> {
  const folder = `${out}.making-${process.pid}`
  await mkdir(join(folder, "pcap"), { recursive: true })
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes the report's files into `folder` and puts it in the place of the last report. */
export async function writeAudit(report: Report, folder: string, out: string): Promise<void> {
  await writeFile(join(folder, "report.json"), `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`)
  await writeFile(join(folder, "report.html"), printHtml(report))
  await writeFile(join(folder, "report.md"), printMarkdown(report))
  await rm(out, { recursive: true, force: true })
  await rename(folder, out)
}
