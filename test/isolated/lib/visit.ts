import type { Locator, Page } from "playwright-core"
import { openBrowser, type Witness } from "../../../scripts/isolation/browser.ts"
import type { BrowserFiles } from "../../../scripts/isolation/browser-files.ts"

/** What a visit is asked to do, as the JSON argument of this script. */
export interface VisitRequest {
  browser: BrowserFiles
  url: string
  credentials?: { username: string; password: string }
  /** The first page is there when it shows this; without it, when the page has loaded. */
  shows?: string
  /** To be held in the project that is opened, by the path that the page shows. */
  conversation?: Conversation
}

interface Conversation {
  project: string
  question: string
  answer: string
}

/** What was seen, as JSON on standard output. */
export interface Visit extends Witness {
  title: string
  /** The text of the first page. */
  text: string
  /** The conversation's own address, and what was said there: at first, after a reload, in a new profile. */
  deepLink?: string
  answered?: string
  reloaded?: string
  linked?: string
}

/**
 * Runs inside a namespace, as `bun visit.ts REQUEST`: opens the web UI as a person would, and says what was seen.
 * What does not come is waited for until the run is ended as hung.
 */
async function visit(request: VisitRequest): Promise<Visit> {
  const browser = await openBrowser(request.browser)
  const options = request.credentials && { httpCredentials: request.credentials }
  const { page, witness } = await browser.openPage(options)
  await page.goto(request.url)
  if (request.shows) await page.getByText(request.shows).first().waitFor()
  const seen = { title: await page.title(), text: await textOf(page.locator("body")) }
  const { conversation } = request
  if (!conversation) return end({ ...seen, ...witness })

  const talked = await converse(page, conversation).catch(async (error) => {
    throw new Error(`the page says: ${await textOf(page.locator("body"))}\n${JSON.stringify(witness)}`, {
      cause: error,
    })
  })
  const other = await browser.openPage(options)
  await other.page.goto(page.url())
  const linked = await answerOn(other.page, conversation.answer)
  return end({
    ...seen,
    ...talked,
    linked,
    console: [...witness.console, ...other.witness.console],
    requests: [...witness.requests, ...other.witness.requests],
    failures: [...witness.failures, ...other.witness.failures],
  })

  async function end(result: Visit): Promise<Visit> {
    await browser.close()
    return result
  }
}

async function converse(page: Page, { project, question, answer }: Conversation) {
  await page.getByText(project).first().click()
  const prompt = page.locator('[contenteditable="true"]').first()
  // What is sent before the page knows its models goes nowhere, and only a toast says so.
  await page.getByText("Mock Model").first().waitFor()
  await prompt.click()
  await page.keyboard.type(question)
  await prompt.getByText(question).waitFor()
  await page.keyboard.press("Enter")
  await answerOn(page, answer)
  const answered = await textOf(page.locator("body"))
  const deepLink = page.url()
  await page.reload()
  return { deepLink, answered, reloaded: await answerOn(page, answer) }
}

async function answerOn(page: Page, answer: string): Promise<string> {
  const conversation = page.getByRole("log")
  await conversation.getByText(answer).waitFor()
  return textOf(conversation)
}

const textOf = async (place: Locator) => (await place.textContent()) ?? ""

if (import.meta.main) console.log(JSON.stringify(await visit(JSON.parse(process.argv[2]!))))
