import { expect, test } from "bun:test"
import type { IsolatedContext } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { stockExecutable } from "../lib/stock.ts"
import { askAll, FOREIGN_HOSTS, FOREIGN_ORIGINS, own, port } from "./lib/ask-raw.ts"
import type { RawAnswer, RawRequest } from "./lib/raw-requests.ts"
import { visit } from "./lib/visit-page.ts"
import { html, isPacked } from "./lib/web-answers.ts"

// With the switch off, a server answers as upstream's does. What it does offline is tested in web-ui.test.ts and
// foreign-requests.test.ts.

const FOREIGN_REQUESTS: RawRequest[] = [
  // With such a sign the path is another one, and what is no route 1.3.0 asks app.opencode.ai for.
  ...FOREIGN_HOSTS.filter((host) => !host.includes("#")).map((host) => ({
    headers: { Host: `${host}:${port}` },
  })),
  ...FOREIGN_ORIGINS.map((Origin) => ({ headers: { ...own, Origin } })),
]

/** One server, and what it answers. */
async function asked(
  executable: string,
  then: (context: IsolatedContext) => Promise<unknown> = async () => {},
) {
  let foreign: RawAnswer[] = []
  let pages: unknown[] = []
  const result = await serve({ executable }, async (context) => {
    foreign = await askAll(context, FOREIGN_REQUESTS)
    if (!isPacked) pages = await pagesOf(context.fetch)
    await then(context)
  })
  return { ...result, foreign: foreign.map(({ status, allows }) => [status, allows]), pages }
}

/** What is answered to some addresses that no route of the API is for. */
async function pagesOf(fetch: IsolatedContext["fetch"]) {
  const page = await (await fetch(`${serverUrl}/`, { headers: html })).text()
  const script = page.match(/src="(\/assets\/[^"]+\.js)"/)![1]!
  const answers = []
  for (const path of ["/", script, "/site.webmanifest", "/deep/link", "/assets/unknown-Ab12Cd34.js"]) {
    const response = await fetch(serverUrl + path, { headers: html })
    const headers = [...response.headers].filter(([name]) => name !== "date")
    const body = new Bun.CryptoHasher("sha256").update(await response.bytes()).digest("hex")
    answers.push({ path, status: response.status, headers, body })
  }
  return answers
}

const ours = once(() => asked(builtExecutable()))
/** It is visited, too, by a browser whose page was updated. */
const upstreams = once(async () =>
  asked(await stockExecutable(), async (context) => {
    if (!isPacked) await visit(context, { lastVersion: "1.0.0" })
  }),
)

test("foreign names and foreign pages are answered as upstream's answers them", async () => {
  const { foreign } = await ours()
  expect(foreign).toEqual((await upstreams()).foreign)
  expect(foreign.map(([, allows]) => allows)).toContain("https://app.opencode.ai")
})

if (!isPacked) {
  test("pages, files and unknown addresses are answered as upstream's answers them", async () => {
    const { pages } = await ours()
    expect(pages).toEqual((await upstreams()).pages)
    expect(JSON.stringify(pages)).toContain("connect-src *")
  })

  test("after an update, upstream's page asks upstream's site what is new", async () => {
    expect(hostsTried(await upstreams())).toContain("opencode.ai")
  })
}
