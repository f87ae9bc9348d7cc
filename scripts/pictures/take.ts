import { writeFile } from "node:fs/promises"
import { askOnPage, openProject } from "../harness/web-ui.ts"
import { openBrowser } from "../isolation/browser.ts"
import type { BrowserFiles } from "../isolation/browser-files.ts"

/** What a picture is taken of, as the JSON argument of this script. */
export interface TakeRequest {
  browser: BrowserFiles
  /** Where the picture goes. */
  file: string
  size: { width: number; height: number }
  /** A file that holds a page, and the part of it that is wanted; or the web UI, with a question that is asked there. */
  of: { page: string; part: string } | { url: string; project: string; question: string; answer: string }
}

/** Runs inside a namespace, as `bun take.ts REQUEST`. What does not come is waited for until the run is ended as hung. */
async function take({ browser: files, file, size, of }: TakeRequest): Promise<void> {
  const browser = await openBrowser(files)
  const { page } = await browser.openPage({ viewport: size, reducedMotion: "reduce", colorScheme: "light" })
  if ("page" in of) {
    await page.goto(`file://${of.page}`)
    await page.evaluate("document.fonts.ready")
    await writeFile(file, await page.locator(of.part).first().screenshot({ animations: "disabled" }))
  } else {
    await page.goto(of.url)
    await openProject(page, of.project)
    await askOnPage(page, of.question, of.answer)
    await writeFile(file, await page.screenshot({ animations: "disabled", caret: "hide" }))
  }
  await browser.close()
}

if (import.meta.main) await take(JSON.parse(process.argv[2]!))
