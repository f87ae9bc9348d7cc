import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, BrowserContextOptions, LaunchOptions, Page } from "playwright-core"
import { BROWSER, requireInstalled } from "../lib/installed.ts"
import { type BrowserFiles, unpackBrowser } from "./browser-files.ts"

/** What a page did besides what the test asked of it. */
export interface Witness {
  /** Everything written to the console, and every uncaught error. */
  console: string[]
  /** Every address that was requested, websockets included. */
  requests: string[]
  /** Answers of 400 and above: `404 GET http://…`. */
  failures: string[]
}

export interface OpenBrowser {
  /** Opens a page in a profile of its own. */
  openPage(options?: BrowserContextOptions): Promise<{ page: Page; witness: Witness }>
  close(): Promise<void>
}

/**
 * Starts Chromium in this process's network namespace. Its own traffic (updates, field trials, sign-in) is off, so every
 * packet that it sends is a page's.
 * @throws Failure when it is not installed
 */
export async function openBrowser(files?: BrowserFiles): Promise<OpenBrowser> {
  requireInstalled("A run with a browser needs", BROWSER)
  const { executable, env } = files ?? (await unpackBrowser())
  const home = await mkdtemp(join(tmpdir(), "browser-"))
  const browser = await launch({
    executablePath: executable,
    // Playwright's own arguments turn most of the background traffic off. The sandbox does not work for root.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-pings", "--disable-domain-reliability"],
    env: { ...env, HOME: home, PATH: process.env.PATH ?? "" },
    // What hangs is for the run to find (limits.ts).
    timeout: 0,
  })
  return {
    openPage: (options = {}) => openPage(browser, options),
    async close() {
      await browser.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A browser now and then dies at its launch, by a signal, on a machine that is busy. */
const LAUNCHES = 4

/** Starts a browser, again when it dies. Throws an Error that says how it died each time. */
async function launch(options: LaunchOptions): Promise<Browser> {
  const { chromium } = await import("playwright-core")
  const deaths: string[] = []
  while (deaths.length < LAUNCHES) {
    try {
      return await chromium.launch(options)
    } catch (error) {
      deaths.push((error as Error).message)
    }
  }
  throw new Error(`the browser died at each of ${LAUNCHES} launches:\n${deaths.join("\n")}`)
}

async function openPage(browser: Browser, options: BrowserContextOptions) {
  // Where TLS is ended for an audit, a browser asks for what it would ask for.
  const ignoreHTTPSErrors = process.env.NODE_EXTRA_CA_CERTS !== undefined
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    ignoreHTTPSErrors,
    ...options,
  })
  const page = await context.newPage()
  // What does not come is for the run to find as well.
  page.setDefaultTimeout(0)
  const witness: Witness = { console: [], requests: [], failures: [] }
  page.on("console", (message) => witness.console.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => witness.console.push(`uncaught: ${error.message}`))
  page.on("websocket", (socket) => witness.requests.push(socket.url()))
  context.on("request", (request) => witness.requests.push(request.url()))
  context.on("response", (response) => {
    if (response.status() < 400) return
    witness.failures.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
  return { page, witness }
}
