import type { Page } from "playwright-core"
import { askOnPage, openProject } from "../harness/web-ui.ts"
import { openBrowser } from "../isolation/browser.ts"
import type { BrowserFiles } from "../isolation/browser-files.ts"
import { readScale, watchFor } from "../isolation/limits.ts"
import { Random } from "./random.ts"

/** What is to be done in the page, as the JSON argument of this script. */
export interface PageRequest {
  browser: BrowserFiles
  url: string
  /** The folder that is opened as a project first, and what is asked in it. */
  project: string
  question: string
  answer: string
  seed: number
  steps: number
}

/** What came of it, as JSON on standard output. */
export interface PageResult {
  steps: number
  /** Paths of the page that were seen. */
  places: number
  /** Errors that nobody caught, and a page that is gone. */
  unhandled: string[]
  /** Requests to others than the server, as far as the browser tells; a link that was followed is none. */
  elsewhere: string[]
}

const CLICKABLE =
  'button, a[href], input, textarea, [contenteditable="true"], [role="button"], [role="tab"], [role="menuitem"], [role="option"]'

const KEYS = [
  ...["Enter", "Escape", "Tab", "Shift+Tab", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Backspace"],
  ...["Control+,", "Control+k", "Control+p", "Control+b", "Control+`", "Control+Shift+t", "Control+Enter"],
]

/** So long a click waits for its place to be free, on a machine of scale 1. */
const CLICK_MS = 500

/** Runs inside a namespace, as `bun page-steps.ts REQUEST`: opens a conversation, and then does what the seed says. */
async function walk(request: PageRequest): Promise<PageResult> {
  const browser = await openBrowser(request.browser)
  // A person's browser lets a page copy after a click, and this one has nobody to ask.
  const { page, witness } = await browser.openPage({ permissions: ["clipboard-read", "clipboard-write"] })
  await stayAt(page, request.url)
  let gone = false
  page.on("crash", () => {
    gone = true
  })
  const unhandled: string[] = []
  let steps = 0
  page.on("pageerror", ({ message, stack = "" }) => {
    const [place = ""] = /\bat .*/.exec(stack) ?? []
    unhandled.push(`at step ${steps + 1}: uncaught ${message.split("\n")[0]} ${place}`.trim())
  })
  await page.goto(request.url)
  await openProject(page, request.project)
  await askOnPage(page, request.question, request.answer)
  const random = new Random(request.seed)
  const places = new Set<string>()
  while (steps < request.steps && !gone) {
    await takeStep(page, random, request.url)
    places.add(new URL(page.url()).pathname)
    steps++
  }
  const { origin } = new URL(request.url)
  const elsewhere = witness.requests.filter((url) => isElsewhere(url, origin) && !followed.has(url))
  if (gone) unhandled.push("the page crashed")
  await browser.close()
  return { steps, places: places.size, unhandled, elsewhere }
}

/** Links that lead elsewhere: a person follows them, in a browser of theirs; here they are not. */
const followed = new Set<string>()

async function stayAt(page: Page, url: string): Promise<void> {
  const { origin } = new URL(url)
  const context = page.context()
  await context.route(
    (to) => isElsewhere(to.href, origin),
    (route, request) => {
      if (!request.isNavigationRequest()) return route.continue()
      followed.add(request.url())
      return route.abort()
    },
  )
  context.on("page", (other) => other !== page && other.close())
}

function isElsewhere(url: string, origin: string): boolean {
  return /^(https?|wss?):/.test(url) && new URL(url).host !== new URL(origin).host
}

/** All that is random in a step is drawn ahead, so that what a page shows does not change what the next step draws. */
async function takeStep(page: Page, random: Random, url: string): Promise<void> {
  const kind = random.below(12)
  const at = random.below(1_000_000)
  const key = random.pick(KEYS)
  const word = random.word()
  const [x, y] = [random.below(1400), random.below(900)]
  if (kind < 6) await clickOne(page, at, url)
  else if (kind < 8) await page.keyboard.press(key)
  else if (kind < 10) await page.keyboard.type(word)
  else if (kind === 10) await page.mouse.click(x, y)
  else if (at % 4 === 0) await page.goto(url)
  else await page.keyboard.press("Escape")
  await watchFor(50)
}

async function clickOne(page: Page, at: number, url: string): Promise<void> {
  const places = await page.locator(CLICKABLE).filter({ visible: true }).all()
  if (places.length === 0) return
  const place = places[at % places.length]!
  const timeout = CLICK_MS * readScale()
  // What is gone by now, or lies under something, is not clicked.
  const href = await place.getAttribute("href", { timeout }).catch(() => null)
  if (href && isElsewhere(new URL(href, page.url()).href, new URL(url).origin)) return
  await place.click({ timeout }).catch(() => undefined)
}

if (import.meta.main) console.log(JSON.stringify(await walk(JSON.parse(process.argv[2]!))))
