import { expect } from "bun:test"
import type { IsolatedContext } from "../../../scripts/harness/run-opencode.ts"
import { serverUrl } from "../../../scripts/harness/scenarios.ts"
import { pin } from "../../lib/stock.ts"

/** Whether the build put the page inside; else it is upstream's own, from inside upstream's executable. */
export const isPacked = pin.webUi !== undefined

/** What a browser accepts that opens a page. */
export const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

/** Holds a server that is offline to what it answers for pages, files and unknown addresses, by itself. */
export async function expectAnswers({ fetch }: IsolatedContext): Promise<void> {
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(serverUrl + path, { method, headers })

  const page = await ask("/", html)
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(page.headers.get("cache-control")).toBe("no-cache")
  const policy = page.headers.get("content-security-policy")!
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("connect-src 'self' data: blob:;")
  expect(policy).not.toMatch(/https:|\*/)
  const text = await page.text()
  expect(await (await ask("/any/where", html)).text()).toBe(text)
  const script = text.match(/src="(\/assets\/[^"]+\.js)"/)![1]!
  expect(await (await ask("/session", html)).json()).toBeArray()

  const brotli = await ask(script, { "accept-encoding": "br" })
  expect(brotli.headers.get("content-type")).toBe("text/javascript; charset=utf-8")
  expect(brotli.headers.get("cache-control")).toContain("immutable")
  const etag = brotli.headers.get("etag")!
  expect((await ask(script, { "if-none-match": etag })).status).toBe(304)
  // Upstream's own are inside as they are.
  expect(brotli.headers.get("content-encoding")).toBe(isPacked ? "br" : null)
  expect((await brotli.bytes()).length < 600_000).toBe(isPacked)
  const plain = await ask(script, { "accept-encoding": "identity" })
  expect(plain.headers.get("content-encoding")).toBeNull()
  expect((await plain.bytes()).length).toBeGreaterThan(1_000_000)

  const unknownFile = await ask("/assets/unknown-Ab12Cd34.js", html)
  expect([unknownFile.status, unknownFile.headers.get("content-type")]).toEqual([
    404,
    "text/plain; charset=utf-8",
  ])
  for (const [path, method] of [
    ["/no/such/route", "GET"],
    ["/no/such/route", "POST"],
    ["/", "POST"],
  ] as const) {
    const unknown = await ask(path, { accept: "*/*" }, method)
    expect([method, path, unknown.status]).toEqual([method, path, 404])
    expect(await unknown.json()).toMatchObject({ name: "NotFoundError" })
  }
}
