import { openBrowser } from "../../../scripts/isolation/browser.ts"
import type { BrowserFiles } from "../../../scripts/isolation/browser-files.ts"

/** What is to be seen of a report, as the JSON argument of this script: where the page is. */
export interface OpenRequest {
  browser: BrowserFiles
  url: string
}

/** Runs inside a namespace: opens the page, opens its first cell, and says what is in it and what was requested. */
async function openReport({ browser: files, url }: OpenRequest) {
  const browser = await openBrowser(files)
  const { page, witness } = await browser.openPage()
  await page.goto(url)
  const cell = page.locator("td details").first()
  await cell.click()
  const seen = { title: await page.title(), cell: await cell.innerText(), ...witness }
  await browser.close()
  return seen
}

if (import.meta.main) console.log(JSON.stringify(await openReport(JSON.parse(process.argv[2]!))))
