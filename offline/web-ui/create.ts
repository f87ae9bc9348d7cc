import { cwd } from "node:process"
import { fileURLToPath } from "node:url"
import { addressSource } from "./address.ts"
import { answerWith, readPlain } from "./answer.ts"
import { folderSource } from "./folder.ts"
import { gitChanges } from "./git-changes.ts"
import { extensionOf } from "./media-types.ts"
import { contentSecurityPolicy, entityTag, showInCorner } from "./page.ts"
import type { AssetSource, GivenRequest, Next, Page, WebContext, WebRequest } from "./types.ts"

export interface WebUiOptions {
  /** Whether the switch is on; asked at every request. */
  offline: () => boolean
  /** The web UI of this executable. */
  embedded: AssetSource
  /** OPENCODE_DISABLE_WEB, OPENCODE_APP_DIST and OPENCODE_APP_URL are read from here, at every request. */
  env: Record<string, string | undefined>
}

export interface WebUi {
  /**
   * Answers in the place of upstream's own page, whatever the method: a request that no route of the server is for.
   * @returns undefined when upstream is to answer: with the switch off, and no web UI named
   */
  answer(request: GivenRequest): Promise<Response | undefined>
  /**
   * Goes behind authentication and in front of whatever opens a project. Answers every GET and HEAD that no route of
   * the server is for: files by their exact path, the page for addresses inside the app, else 404.
   */
  middleware(c: WebContext, next: Next): Promise<Response | undefined>
  /** The last handler of the server, for what is left: 404 as JSON, never a page and never another host. */
  notFound(c: WebContext): Response
}

/** The web UI as the server's middleware, and the handlers that take the place of the proxy. */
export function createWebUi(options: WebUiOptions): WebUi {
  const { env, offline } = options
  const serveOrExplain = async (request: WebRequest) => {
    try {
      return await serve(request, chooseSource(options), offline())
    } catch (error) {
      return explain(502, `The web UI cannot be read. ${messageOf(error)}`)
    }
  }
  return {
    async answer(given) {
      if (!offline() && !namesWebUi(env)) return undefined
      const request = toWebRequest(given)
      return isRead(request) ? serveOrExplain(request) : notFoundAnswer(request)
    },
    async middleware(c, next) {
      if (!isForTheWebUi(c)) {
        await next()
        return undefined
      }
      if (c.req.path === "/vcs/diff") return reviewChanges(c)
      return serveOrExplain(c.req)
    },
    notFound: (c) => notFoundAnswer(c.req),
  }
}

function isForTheWebUi({ req }: WebContext): boolean {
  return isRead(req) && req.matchedRoutes.every((route) => route.method === "ALL")
}

function isRead({ method }: WebRequest): boolean {
  return method === "GET" || method === "HEAD"
}

/** Effect's request has a path for its address, and an object for its headers. */
function toWebRequest({ method, url, headers }: GivenRequest): WebRequest {
  const given = new Headers(headers instanceof Headers ? headers : { ...headers })
  return {
    method,
    path: new URL(url, "http://localhost").pathname,
    header: (name) => given.get(name) ?? undefined,
  }
}

/**
 * What the page's review panel shows first. A later server has a route for this, which then is the one that answers. Without an
 * answer the panel would say that nothing is changed.
 */
async function reviewChanges(c: WebContext): Promise<Response> {
  const directory = c.req.query("directory") ?? c.req.header("x-opencode-directory") ?? cwd()
  try {
    return Response.json(await gitChanges(decodeURIComponent(directory)))
  } catch (error) {
    return Response.json({ name: "UnknownError", data: { message: messageOf(error) } }, { status: 500 })
  }
}

async function serve(
  request: WebRequest,
  source: AssetSource | undefined,
  offline: boolean,
): Promise<Response> {
  const { path } = request
  if (path === "/" || path === "/index.html" || isDeepLink(request))
    return servePage(request, source, offline)
  const asset = await source?.asset(path)
  if (asset)
    return answerWith(request, asset, {
      "cache-control": isHashed(path) ? "public, max-age=31536000, immutable" : "no-cache",
    })
  return extensionOf(path) === "" ? notFoundAnswer(request) : explain(404, `The web UI has no file ${path}`)
}

async function servePage(
  request: WebRequest,
  source: AssetSource | undefined,
  offline: boolean,
): Promise<Response> {
  if (!source) return explain(404, "The web UI is switched off: OPENCODE_DISABLE_WEB is set.")
  const page = await source.page()
  if (!page) return explain(404, source.missing)
  return answerWith(request, await mark(page, offline), {
    "cache-control": "no-cache",
    "content-security-policy": contentSecurityPolicy(page.scripts, offline),
    // Chromium looks up the hosts of a page's links ahead of a click.
    ...(offline ? { "x-dns-prefetch-control": "off" } : {}),
  })
}

/** Says that the switch is on, and of which version the page is, where that is another than the server's. */
async function mark(page: Page, offline: boolean): Promise<Page> {
  const said = [...(offline ? ["offline"] : []), ...(page.version ? [`web UI of ${page.version}`] : [])]
  if (said.length === 0) return page
  const html = showInCorner(new TextDecoder().decode(await readPlain(page)), said.join(", "))
  const content = new TextEncoder().encode(html)
  return { ...page, etag: entityTag(content), encoding: "identity", bytes: async () => content }
}

/** An address inside the app, opened by a browser. API clients, which accept anything, must not get HTML. */
function isDeepLink(request: WebRequest): boolean {
  return extensionOf(request.path) === "" && (request.header("accept") ?? "").includes("text/html")
}

/** The names that Vite gives, `/assets/NAME-HASH.EXT`. A "hash" of small letters is a word; a wrong no costs a revalidation. */
function isHashed(path: string): boolean {
  const hash = /^\/assets\/.+-([\w-]{8})\.\w+$/.exec(path)?.[1]
  return hash !== undefined && /[A-Z0-9_]/.test(hash)
}

/** Whether the user says which web UI there is. */
function namesWebUi(env: WebUiOptions["env"]): boolean {
  return isSwitchedOff(env) || Boolean(env.OPENCODE_APP_DIST || env.OPENCODE_APP_URL)
}

function isSwitchedOff(env: WebUiOptions["env"]): boolean {
  return !["", "0", "false", "no", "off"].includes((env.OPENCODE_DISABLE_WEB ?? "").toLowerCase())
}

/** undefined: switched off. Throws when OPENCODE_APP_URL is not an address. */
function chooseSource({ env, embedded }: Pick<WebUiOptions, "env" | "embedded">): AssetSource | undefined {
  if (isSwitchedOff(env)) return undefined
  if (env.OPENCODE_APP_DIST) return folderSource(env.OPENCODE_APP_DIST)
  if (!env.OPENCODE_APP_URL) return embedded
  const address = URL.canParse(env.OPENCODE_APP_URL) ? new URL(env.OPENCODE_APP_URL) : undefined
  if (address?.protocol === "file:") return folderSource(fileURLToPath(address))
  if (address?.protocol === "http:" || address?.protocol === "https:") return addressSource(address)
  throw new Error(
    `OPENCODE_APP_URL must be an http:, https: or file: address, not "${env.OPENCODE_APP_URL}".`,
  )
}

function notFoundAnswer({ method, path }: WebRequest): Response {
  return Response.json(
    { name: "NotFoundError", data: { message: `No route for ${method} ${path}` } },
    { status: 404 },
  )
}

function explain(status: number, message: string): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
