import { expect, test } from "bun:test"
import type { IsolatedContext } from "../../scripts/harness/run-opencode.ts"
import { serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { ask, askAll, FOREIGN_HOSTS, FOREIGN_ORIGINS, own, port } from "./lib/ask-raw.ts"
import type { RawAnswer, RawRequest } from "./lib/raw-requests.ts"

// Who may ask a server of OpenCode's: offline, and without a password, nobody's page but its own and those that were named.
// With the switch off it is upstream's to say: switched-off-server.test.ts.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }

/** Starts `serve`, and asks. */
async function answers(setup: Parameters<typeof serve>[0], requests: RawRequest[]): Promise<RawAnswer[]> {
  let found: RawAnswer[] = []
  const result = await serve(setup, async (context) => {
    found = await askAll(context, requests)
  })
  expect(result.attempts).toEqual([])
  return found
}

const upgrade = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
const json = { "Content-Type": "application/json" }

const HOSTS = ["localhost", "LOCALHOST.", "code.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "0.0.0.0"]
const OWN_REQUESTS: RawRequest[] = [
  ...HOSTS.map((host) => ({ headers: { Host: `${host}:${port}` } })),
  { headers: { Host: "localhost" } },
  ...[serverUrl, "http://localhost:3000", "http://[::1]:1"].map((Origin) => ({
    headers: { ...own, Origin },
  })),
  { headers: { ...own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" } },
  { headers: { ...own, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" } },
]
const FOREIGN_REQUESTS: RawRequest[] = [
  ...FOREIGN_HOSTS.map((host) => ({ headers: { Host: `${host}:${port}` } })),
  ...FOREIGN_ORIGINS.map((Origin) => ({ headers: { ...own, Origin } })),
  { method: "POST", headers: { ...own, ...json, Origin: "https://evil.example" }, body: "{}" },
  { method: "POST", headers: { Host: `evil.example:${port}`, ...json }, body: "{}" },
  // Same origin, for the browser that was led here by the name.
  { headers: { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` } },
  {
    method: "OPTIONS",
    headers: { ...own, Origin: "https://app.opencode.ai", "Access-Control-Request-Method": "POST" },
  },
  { headers: { ...own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" } },
  { path: "/global/health", headers: { Host: "evil.example" } },
  { path: "/", headers: { Host: "evil.example", Accept: "text/html" } },
  { path: "/no/such/route", headers: { Host: "evil.example" } },
]

/** One server without a password, and what it answers. */
const openServer = once(async () => {
  let first: RawAnswer[] = []
  let upgraded: RawAnswer[] = []
  let policy = ""
  const result = await serve(offline, async (context) => {
    // At the end it is asked which sessions there are.
    first = await askAll(context, [...OWN_REQUESTS, ...FOREIGN_REQUESTS, { headers: own }])
    upgraded = await askForTerminal(context)
    const page = await context.fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })
    policy = page.headers.get("content-security-policy") ?? ""
  })
  return { ...result, first, upgraded, policy }
})

/** Makes a terminal, and asks for its WebSocket: twice as its own page, then as foreign ones. */
async function askForTerminal(context: IsolatedContext): Promise<RawAnswer[]> {
  const body = JSON.stringify({ command: "sh" })
  const [pty] = await ask(context, [{ method: "POST", path: "/pty", headers: { ...own, ...json }, body }])
  const path = `/pty/${JSON.parse(pty!.text).id}/connect`
  return ask(context, [
    { path, headers: { ...own, ...upgrade } },
    { path, headers: { ...own, ...upgrade, Origin: serverUrl } },
    { path, headers: { ...own, ...upgrade, Origin: "https://evil.example" } },
    { path, headers: { ...own, ...upgrade, Origin: "https://app.opencode.ai" } },
    { path, headers: { Host: `evil.example:${port}`, ...upgrade } },
  ])
}

test.concurrent("without a password, its own names and its own page are answered, and nobody else's are", async () => {
  const { first: found, attempts } = await openServer()
  expect(attempts).toEqual([])
  const good = found.slice(0, OWN_REQUESTS.length)
  const bad = found.slice(OWN_REQUESTS.length, -1)
  expect(good.map(({ status }) => status)).toEqual(OWN_REQUESTS.map(() => 200))
  expect(bad.map(({ status, allows }) => [status, allows])).toEqual(
    FOREIGN_REQUESTS.map(() => [403, undefined]),
  )
  expect(JSON.parse(bad[0]!.text)).toMatchObject({ name: "OfflineError" })
  expect(bad[0]!.text).toContain("evil.example")
  expect(bad[0]!.text).toContain("OPENCODE_SERVER_PASSWORD")
  // No session was made.
  expect(found.at(-1)!.text).toBe("[]")
})

test.concurrent("without a password, a connection is not upgraded to a WebSocket for a foreign page", async () => {
  const { upgraded, attempts } = await openServer()
  expect(upgraded.slice(0, 2).map(({ status }) => status)).toEqual([101, 101])
  expect(upgraded).toHaveLength(5)
  for (const { status } of upgraded.slice(2)) expect([0, 403]).toContain(status)
  expect(attempts).toEqual([])
})

const NAMED = "https://ide.example"

/** One server at every address, of a person who names a page in an option and one in the configuration, in a project that does, too. */
const openedServer = once(() => {
  const server = (name: string) => JSON.stringify({ server: { cors: [`https://${name}.example`] } })
  const requests: RawRequest[] = [
    { headers: { Host: `10.0.0.7:${port}` } },
    { headers: { Host: `[fd00::7]:${port}` } },
    { headers: { Host: `10.0.0.7:${port}`, Origin: `http://10.0.0.7:${port}` } },
    { headers: { Host: `10.0.0.7:${port}`, Origin: NAMED } },
    { headers: { Host: "ide.example", Origin: NAMED } },
    { headers: { Host: `10.0.0.7:${port}`, Origin: "http://10.0.0.8" } },
    { headers: { Host: `10.0.0.7:${port}`, Origin: "https://evil.example" } },
    { headers: { Host: `evil.example:${port}` } },
    ...["mine", "project"].map((name) => ({ headers: { ...own, Origin: `https://${name}.example` } })),
  ]
  return answers(
    {
      ...offline,
      args: ["--hostname", "0.0.0.0", "--cors", NAMED],
      env: { ...offline.env, OPENCODE_CONFIG_CONTENT: server("mine") },
      files: { "opencode.json": server("project") },
    },
    requests,
  )
})
test.concurrent("at every address, what a person named is answered, and any address, but no other name", async () => {
  const found = (await openedServer()).slice(0, -2)
  expect(found.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 403, 403, 403])
  expect(found[3]!.allows).toBe(NAMED)
})

test.concurrent("what user-level configuration names is answered, and what a project's names is not", async () => {
  const found = (await openedServer()).slice(-2)
  expect(found.map(({ status }) => status)).toEqual([200, 403])
})

test.concurrent("with a password, it alone decides, but for upstream's own site", async () => {
  const password = "s3cret"
  const Authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`
  const found = await answers({ ...offline, env: { ...offline.env, OPENCODE_SERVER_PASSWORD: password } }, [
    { headers: { Host: "code.example", Authorization } },
    { headers: { ...own, Origin: "https://evil.example", Authorization } },
    { headers: { ...own, Authorization, Origin: "https://app.opencode.ai" } },
    { headers: { ...own, Authorization, Origin: "https://opencode.ai" } },
    { headers: own },
  ])
  expect(found.map(({ status }) => status)).toEqual([200, 200, 403, 403, 401])
  expect(found.map(({ allows }) => allows)).not.toContain("https://app.opencode.ai")
})

test.concurrent("offline, no other page may show the page in a frame", async () => {
  const { policy, attempts } = await openServer()
  expect(policy).toContain("frame-ancestors 'none'")
  expect(attempts).toEqual([])
})
