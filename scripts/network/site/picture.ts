import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { openBrowser } from "../../isolation/browser.ts"

/** How wide the picture is; as high as the table of hosts ends, at most this. */
const WIDTH = 1000
const MOST_HEIGHT = 1000

/** Draws the top of a site's first page, to the end of its table of hosts, into a PNG. */
export async function takePicture(site: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const browser = await openBrowser()
  try {
    const { page } = await browser.openPage({ viewport: { width: WIDTH, height: MOST_HEIGHT } })
    await page.goto(pathToFileURL(join(site, "index.html")).href)
    const box = (await page.locator("#releases").boundingBox())!
    const height = Math.min(MOST_HEIGHT, Math.ceil(box.y + box.height) + 16)
    await page.screenshot({ path: file, clip: { x: 0, y: 0, width: WIDTH, height } })
  } finally {
    await browser.close()
  }
}
