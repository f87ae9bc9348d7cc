import { openBrowser } from "../../../scripts/isolation/browser.ts"
import type { BrowserFiles } from "../../../scripts/isolation/browser-files.ts"

/** What is to be seen of a report, as the JSON argument of this script: where the page is. */
export interface OpenRequest {
  browser: BrowserFiles
  url: string
}

/**
 * Runs inside a namespace: opens the page, opens its first cell, then looks for a host that nobody tried. Says what the panel
 * showed, how many rows were left, and what was requested.
 */
async function openReport({ browser: files, url }: OpenRequest) {
  const browser = await openBrowser(files)
  const { page, witness } = await browser.openPage()
  await page.goto(url)
  await page.locator("td button").first().click()
  const panel = await page.locator("#panel").innerText()
  await page.keyboard.press("Escape")
  await page.fill('[name="host"]', "no-such-host")
  const rows = await page.locator("tr[data-host]").filter({ visible: true }).count()
  const seen = { title: await page.title(), panel, rows, ...witness }
  await browser.close()
  return seen
}

if (import.meta.main) console.log(JSON.stringify(await openReport(JSON.parse(process.argv[2]!))))
