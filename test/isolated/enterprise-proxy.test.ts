import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { hostsTried, serverUrl } from "../../scripts/harness/scenarios.ts"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import { once } from "../lib/once.ts"
import { readPage } from "../lib/page.ts"
import { type CorpOptions, type CorpResult, corpProvider, runAtCorp } from "./lib/corp.ts"
import type { ProxyOptions, ProxyRequest } from "./lib/corp-proxy.ts"
import type { GatewayOptions, GatewayRequest } from "./lib/gateway.ts"

// docs/enterprise/proxy.md, as it says: a proxy that asks for a password, in front of the model's gateway.

const page = await readPage("enterprise/proxy.md")
const env = page.env("Tried on")
const config = JSON.parse(page.block("## What the policy must allow"))
const proxy = new URL(env.HTTPS_PROXY!)
const login = `${proxy.username}:${decodeURIComponent(proxy.password)}`
/** As it is written in a URL, and as it is. */
const PASSWORD = new RegExp(`${proxy.password}|${decodeURIComponent(proxy.password)}`)
const [ofProxy, host, near] = config.offline.allow.map((entry: string) => entry.split(":")[0]) as string[]
const authority = await createAuthority()
const AUTHORITY = { NODE_EXTRA_CA_CERTS: "/etc/corp/ca.pem" }

const LOG = "denials.jsonl"

/** Where models are; the policy that is asked about names all hosts but the last. */
const URLS = {
  secure: `https://${host}/v1`,
  plain: `http://${host}/v1`,
  near: `https://${near}/v1`,
  other: "https://other.corp.example/v1",
}

/** The page's environment, the gateway, and the proxy beside it. */
async function atProxy(allow: string[], right = login): Promise<CorpOptions> {
  const beside: ProxyOptions = { port: Number(proxy.port), login: right }
  const certificate = await issueCertificate(authority, "*.corp.example")
  const plain: GatewayOptions = { port: 80 }
  return {
    gateway: { port: 443, tls: { key: authority.key, certificate } },
    // No tool is what is asked about.
    model: [{ text: "The mock model says hello." }],
    env: { ...env, ...AUTHORITY, OPENCODE_OFFLINE_LOG: LOG },
    etc: {
      "corp/ca.pem": authority.certificate,
      // Allows no more than it names, whatever the user's provider says.
      "opencode/opencode.json": JSON.stringify({ offline: { mode: "always", allow, locked: true } }),
    },
    home: {
      ".config/opencode/opencode.json": JSON.stringify({
        ...JSON.parse(corpProvider(URLS.secure)),
        provider: Object.fromEntries(
          Object.entries(URLS).map(([id, url]) => [id, JSON.parse(corpProvider(url)).provider.corp]),
        ),
        model: "secure/large",
      }),
    },
    beside: [
      { module: join(import.meta.dirname, "lib/corp-proxy.ts"), options: beside },
      { module: join(import.meta.dirname, "lib/gateway.ts"), options: plain },
    ],
  }
}

/** What the proxy was asked for, and by whom; and whom the gateway was asked for. */
function seen({ told, asked }: CorpResult) {
  const [ofProxy, plain] = told as [ProxyRequest[], GatewayRequest[]]
  const throughProxy = [...new Set(ofProxy.map((request) => JSON.stringify(request)))]
  const hosts = (requests: GatewayRequest[]) =>
    [...new Set(requests.map(({ what }) => what.split(" ")[1]))].sort()
  return {
    throughProxy: throughProxy.map((text) => JSON.parse(text)),
    secure: hosts(asked),
    plain: hosts(plain),
  }
}

/** Asks a server each model, in its order, and gives what it answered. */
const served = once(async () => {
  const answers: string[] = []
  let log = ""
  const result = await runAtCorp({
    // On each port: one of them is asked in the clear, too.
    ...(await atProxy([ofProxy!, host!, near!])),
    args: ["serve", "--port", new URL(serverUrl).port],
    async during({ waitForServer, waitUntil, fetch, folder }) {
      await waitForServer(`${serverUrl}/global/health`)
      const post = async (path: string, body: object) => {
        const headers = { "content-type": "application/json" }
        return (await fetch(serverUrl + path, { method: "POST", headers, body: JSON.stringify(body) })).text()
      }
      const { id } = JSON.parse(await post("/session", {}))
      const parts = [{ type: "text", text: "hi" }]
      for (const providerID of Object.keys(URLS))
        answers.push(await post(`/session/${id}/message`, { parts, model: { providerID, modelID: "large" } }))
      await waitUntil("the log to have the denial", async () => {
        log = await readFile(join(folder.project, LOG), "utf8").catch(() => "")
        return log.includes("\n")
      })
    },
  })
  return { ...result, answers, log }
})

test.concurrent("a host is asked through the proxy, with the password, and its name is looked up by the proxy; one in NO_PROXY without it", async () => {
  const result = await served()
  for (const answer of result.answers.slice(0, -1)) expect(answer).toContain("The mock model says hello.")
  const { throughProxy, ...gateway } = seen(result)
  expect(throughProxy).toEqual([
    { what: `CONNECT ${host}:443`, login },
    // One of the two Buns writes the port.
    {
      what: expect.stringMatching(new RegExp(`^POST http://${host}(:80)?/v1/chat/completions$`)),
      login,
    },
  ])
  expect(gateway).toEqual({ secure: [host, near], plain: [host] })
  expect(hostsTried(result)).toEqual([near!, ofProxy!].sort())
})

test.concurrent("a host that the policy does not name is denied before the proxy is asked, and the password is in no message", async () => {
  const result = await served()
  const { hostname } = new URL(URLS.other)
  expect(result.answers.at(-1)).toContain(`${hostname}:443 was blocked`)
  expect(result.log).toContain(`"host":"${hostname}"`)
  expect(
    seen(result)
      .throughProxy.map(({ what }) => what)
      .join(),
  ).not.toContain(hostname)
  expect(result.answers.join() + result.log + result.stdout + result.stderr).not.toMatch(PASSWORD)
})

test.concurrent("a proxy that the policy does not name is denied, and the message names the variable and not the password", async () => {
  const result = await runAtCorp(await atProxy([host!]))
  expect(result).toMatchObject({ exitCode: 1, attempts: [] })
  expect(seen(result).throughProxy).toEqual([])
  expect(result.stderr).toMatch(/HTTPS_PROXY/)
  expect(result.stdout + result.stderr).not.toMatch(PASSWORD)
})

test.concurrent("with another password the proxy refuses, and nothing reaches the gateway", async () => {
  const result = await runAtCorp(await atProxy(config.offline.allow, "alice:another"))
  expect(result.exitCode).toBe(1)
  expect(seen(result)).toEqual({
    throughProxy: [{ what: `CONNECT ${host}:443`, login }],
    secure: [],
    plain: [],
  })
})
