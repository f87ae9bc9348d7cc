import type { Locator, Page } from "playwright-core"
import { askOnPage, isThereSoon, openProject, untilIt } from "../../../scripts/harness/web-ui.ts"
import { type OpenBrowser, openBrowser, type Witness } from "../../../scripts/isolation/browser.ts"
import type { BrowserFiles } from "../../../scripts/isolation/browser-files.ts"
import { watchFor } from "../../../scripts/isolation/limits.ts"

/** The JSON argument of this script. */
export interface VisitsRequest {
  browser: BrowserFiles
  /** Each is in a profile of its own, and ends ahead of the next. */
  visits: VisitRequest[]
}

/** What a visit is asked to do. */
export interface VisitRequest {
  url: string
  credentials?: { username: string; password: string }
  /** Asked over the API in a new session first, whose page then is the one that is opened. */
  overApi?: { project: string; question: string }
  /** What the page is made to ask for once it is there, as a picture. */
  picture?: string
  /** The first page is there when it shows this; without it, when the page has loaded. */
  shows?: string
  /** The version of the page that this browser showed last: what is new since then is asked for. */
  lastVersion?: string
  /** To be held in a project that is opened first. */
  conversation?: Conversation
}

interface Conversation {
  /** Its folder. */
  project: string
  /** A file of it that is not committed, and is to be seen in the review panel. */
  changed?: string
  question: string
  answer: string
}

/** What was seen; of all visits, it is a list on standard output, as JSON. */
export interface Visit extends Witness {
  title: string
  /** The text of the first page. */
  text: string
  /** The conversation's own address, and what was said there: at first, after a reload, in a new profile. */
  deepLink?: string
  answered?: string
  reloaded?: string
  linked?: string
  /** What the review panel shows. */
  reviewed?: string
}

/**
 * Runs inside a namespace, as `bun visit.ts REQUEST`: opens the web UI as a person would, and says what was seen.
 * What does not come is waited for until the run is ended as hung.
 */
async function visitAll({ browser: files, visits }: VisitsRequest): Promise<Visit[]> {
  const browser = await openBrowser(files)
  const seen: Visit[] = []
  for (const request of visits) seen.push(await visit(browser, request))
  await browser.close()
  return seen
}

async function visit(browser: OpenBrowser, request: VisitRequest): Promise<Visit> {
  const options = request.credentials && { httpCredentials: request.credentials }
  const { page, witness } = await browser.openPage(options)
  if (request.lastVersion) await openUpdated(page, request.url, request.lastVersion)
  else await page.goto(request.overApi ? await askOverApi(request, request.overApi) : request.url)
  if (request.shows) await page.getByText(request.shows).first().waitFor()
  if (request.picture) await page.evaluate(untilPictured(request.picture))
  const seen = { title: await page.title(), text: await textOf(page.locator("body")) }
  const { conversation } = request
  if (!conversation) {
    await page.context().close()
    return { ...seen, ...witness }
  }

  const talked = await converse(page, conversation).catch(async (error) => {
    throw new Error(`the page says: ${await textOf(page.locator("body"))}\n${JSON.stringify(witness)}`, {
      cause: error,
    })
  })
  const other = await browser.openPage(options)
  await other.page.goto(page.url())
  const linked = await answerOn(other.page, conversation.answer)
  const result = {
    ...seen,
    ...talked,
    linked,
    console: [...witness.console, ...other.witness.console],
    requests: [...witness.requests, ...other.witness.requests],
    failures: [...witness.failures, ...other.witness.failures],
  }
  for (const opened of [page, other.page]) await opened.context().close()
  return result
}

/** @returns where the page shows the conversation */
async function askOverApi({ url, credentials }: VisitRequest, asked: { project: string; question: string }) {
  const authorization = credentials && `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`
  const post = async (path: string, body: object): Promise<string> => {
    const headers = { "content-type": "application/json", ...(authorization && { authorization }) }
    return (await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })).text()
  }
  const { id } = JSON.parse(await post("/session", {}))
  await post(`/session/${id}/message`, { parts: [{ type: "text", text: asked.question }] })
  return `${url}/${Buffer.from(asked.project).toString("base64url")}/session/${id}`
}

/** For the page: ends when the picture is there, or is not to be had. */
const untilPictured = (address: string) => `new Promise((resolve) => {
  Object.assign(new Image(), { onload: resolve, onerror: resolve, src: ${JSON.stringify(address)} })
})`

/** Where the page keeps the version that it showed last. */
const SHOWN = "highlights.v1"

/** Ends when the page takes the new version for shown, or asks somebody else. */
async function openUpdated(page: Page, url: string, lastVersion: string): Promise<void> {
  const entry = JSON.stringify([SHOWN, JSON.stringify({ version: lastVersion })])
  await page.addInitScript(`localStorage.setItem(...${entry})`)
  const isElsewhere = (address: string) => address.startsWith("http") && !address.startsWith(url)
  const elsewhere = page.waitForRequest((request) => isElsewhere(request.url()))
  await page.goto(url)
  await Promise.race([elsewhere, seesNothingNew(page, lastVersion)])
}

/** Asks again and again from here: the page's policy lets Playwright do so in the page only once. */
async function seesNothingNew(page: Page, lastVersion: string): Promise<void> {
  while (String(await page.evaluate(`localStorage.getItem("${SHOWN}")`)).includes(lastVersion))
    await watchFor(100)
}

async function converse(page: Page, { project, changed, question, answer }: Conversation) {
  await openProject(page, project)
  await askOnPage(page, question, answer)
  const answered = await textOf(page.locator("body"))
  const reviewed = changed === undefined ? undefined : await review(page, changed)
  const deepLink = page.url()
  await page.reload()
  return { deepLink, answered, reviewed, reloaded: await answerOn(page, answer) }
}

/** Opens the review panel where it is closed: the button closes it, too, and the page may open or close it by itself meanwhile. */
async function review(page: Page, changed: string): Promise<string> {
  const toggle = page.getByRole("button", { name: "Toggle review" }).filter({ visible: true }).first()
  const opened = page.locator('[aria-label="Toggle review"][aria-expanded="true"]').filter({ visible: true })
  const shown = page.getByText(changed).filter({ visible: true }).first()
  const isThere = () => shown.waitFor()
  if (!(await isThereSoon(isThere)))
    await untilIt(isThere, async () => {
      if (!(await opened.first().isVisible())) await toggle.click()
    })
  return textOf(page.locator("body"))
}

async function answerOn(page: Page, answer: string): Promise<string> {
  await page.getByText(answer).first().waitFor()
  return textOf(page.locator("body"))
}

const textOf = async (place: Locator) => (await place.textContent()) ?? ""

if (import.meta.main) console.log(JSON.stringify(await visitAll(JSON.parse(process.argv[2]!))))
