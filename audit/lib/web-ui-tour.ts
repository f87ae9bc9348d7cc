import type { Page } from "playwright-core"
import { askOnPage, leave, openProject, openProjectButton, untilIt } from "../../scripts/harness/web-ui.ts"
import { openBrowser } from "../../scripts/isolation/browser.ts"
import type { BrowserFiles } from "../../scripts/isolation/browser-files.ts"

/** What the tour is asked for, as the JSON argument of this script. */
export interface TourRequest {
  browser: BrowserFiles
  url: string
  /** The folder that is opened as a project. */
  project: string
  question: string
  answer: string
  /** A command for the terminal. */
  command: string
}

/** What was seen, as JSON on standard output. */
export interface Tour {
  /** The places that were reached, in order. */
  reached: string[]
  /** Why it ended there, when that was not the last one. */
  error?: string
  /** Requests that went elsewhere than to the server, as far as the browser tells. */
  elsewhere: string[]
}

/**
 * Runs inside a namespace, as `bun web-ui-tour.ts REQUEST`: goes through the web UI as a person would. What fails ends the
 * tour there; what does not come is waited for until the run is ended.
 */
async function takeTour(request: TourRequest): Promise<Tour> {
  const browser = await openBrowser(request.browser)
  const { page, witness } = await browser.openPage()
  const tour: Tour = { reached: [], elsewhere: [] }
  try {
    for (const [place, visit] of Object.entries(places)) {
      await visit(page, request)
      tour.reached.push(place)
    }
  } catch (error) {
    tour.error = (error as Error).message.split("\n")[0]
  }
  await browser.close()
  const { host } = new URL(request.url)
  tour.elsewhere = witness.requests.filter(
    (address) => !/^(data|blob):/.test(address) && new URL(address).host !== host,
  )
  return tour
}

const places: Record<string, (page: Page, request: TourRequest) => Promise<void>> = {
  async home(page, { url }) {
    const response = await page.goto(url)
    if (response?.status() !== 200) throw new Error(`the page was answered with ${response?.status()}`)
    await openProjectButton(page).waitFor()
  },
  project: (page, { project }) => openProject(page, project),
  session: (page, { question, answer }) => askOnPage(page, question, answer),
  async settings(page) {
    await page.keyboard.press("Control+,")
    for (const tab of ["Shortcuts", "Providers", "Models", "General"])
      await page.getByRole("tab", { name: tab }).click()
    const setting = page.getByText("Color scheme")
    await setting.waitFor()
    await leave(page, setting)
  },
  async "model picker"(page) {
    const search = page.getByPlaceholder(/search models/i)
    const open = page.getByRole("button", { name: "Mock Model" }).first()
    await untilIt(
      () => search.waitFor(),
      () => open.click(),
    )
    await leave(page, search)
  },
  async terminal(page, { command }) {
    const connecting = page.waitForEvent("websocket", (socket) => socket.url().includes("/pty/"))
    await page.keyboard.press("Control+`")
    const socket = await connecting
    // The shell's prompt: from now on it reads.
    await socket.waitForEvent("framereceived")
    await page.locator('textarea[aria-label="Terminal input"]').focus()
    await page.keyboard.type(`${command}\n`)
    await socket.waitForEvent("framereceived", ({ payload }) => String(payload).includes("done-42"))
  },
}

console.log(JSON.stringify(await takeTour(JSON.parse(process.argv[2]!))))
