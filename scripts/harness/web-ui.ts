import type { Locator, Page } from "playwright-core"
import { readScale, watchFor } from "../isolation/limits.ts"

// What a person does in the web UI, in the pages of both kinds that there are: one with a side bar of projects (that of
// 1.14.34), and one with tabs and a home page (that of 1.18.34). What does not come is waited for until the run is ended.

/** Within it something comes that is done at once. In milliseconds, on a machine of scale 1. */
const MOMENT = 2000

/** The button of the home page that opens a project. */
export function openProjectButton(page: Page): Locator {
  return page
    .getByRole("button", { name: /^(Open|Add) project$/ })
    .filter({ visible: true })
    .last()
}

/** Opens a folder as a project, from the home page by the dialog for it, and a session in it that has not begun. */
export async function openProject(page: Page, folder: string): Promise<void> {
  const open = openProjectButton(page)
  const hasTabs = (await open.getAttribute("data-action")) !== null
  const search = page.getByPlaceholder("Search folders")
  await untilIt(
    () => search.waitFor(),
    () => press(open),
  )
  await search.fill(folder)
  await page.getByRole("dialog").locator(`button[data-key^="${folder}"]`).first().click()
  // The page with tabs has a list of sessions first.
  const begin = page.getByText("New session", { exact: true }).filter({ visible: true })
  const there = () => promptOf(page).waitFor()
  if (hasTabs) await untilIt(there, () => press(begin.first()))
  await there()
}

/** Asks in the session that is open, and waits for the answer. */
export async function askOnPage(page: Page, question: string, answer: string): Promise<void> {
  // What is sent before the page knows its models goes nowhere, and only a toast says so.
  await page.getByText("Mock Model").first().waitFor()
  const prompt = promptOf(page)
  const typed = prompt.getByText(question)
  // A page that is still loading may draw its prompt again, without what is typed.
  await untilIt(
    () => typed.waitFor(),
    async () => {
      await press(prompt)
      await page.keyboard.press("Control+A")
      await page.keyboard.type(question)
    },
  )
  // Once something is asked, Enter in the empty prompt ends what the model does.
  let isAsked = false
  page.on("request", (request) => {
    if (request.method() === "POST" && /\/session\b/.test(request.url())) isAsked = true
  })
  await untilIt(
    () => typed.waitFor({ state: "detached" }),
    async () => {
      if (!isAsked) await page.keyboard.press("Enter")
    },
  )
  await page.getByText(answer).first().waitFor()
}

function promptOf(page: Page): Locator {
  return page.locator('[contenteditable="true"]').first()
}

/** Clicks what can be clicked soon; what something lies over cannot. */
async function press(place: Locator): Promise<void> {
  await place.click({ timeout: MOMENT * readScale() }).catch(() => undefined)
}

/** Closes a dialog, of which something is visible. */
export function leave(page: Page, dialog: Locator): Promise<void> {
  return untilIt(
    () => dialog.waitFor({ state: "detached" }),
    () => page.keyboard.press("Escape"),
  )
}

/**
 * A dialog that is still opening or closing may take what is done, or undo it: then it is done again.
 * @throws Error when nothing comes of it
 */
export async function untilIt(comes: () => Promise<void>, act: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await act()
    if (await isThereSoon(comes)) return
  }
  throw new Error("nothing came of twenty tries")
}

/** Whether something comes in a moment; it may still come later. */
export function isThereSoon(comes: () => Promise<void>): Promise<boolean> {
  return Promise.race([comes().then(() => true), watchFor(MOMENT).then(() => false)])
}
