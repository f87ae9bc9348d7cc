import { expect, test } from "bun:test"
import { join } from "node:path"
import { hostsTried } from "../../scripts/harness/scenarios.ts"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import { builtExecutable } from "../lib/built.ts"
import { readPage } from "../lib/page.ts"
import { corpProvider, runAtCorp } from "./lib/corp.ts"
import type { ProxyOptions, ProxyRequest } from "./lib/corp-proxy.ts"

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

interface Asking {
  /** Where the model is. */
  url: string
  allow?: string[]
  login?: string
  log?: string
}

/** A question to the model, with the page's environment, and the proxy beside it. */
async function ask({ url, allow = config.offline.allow, login: right = login }: Asking) {
  const { hostname, protocol } = new URL(url)
  const beside: ProxyOptions = { port: Number(proxy.port), login: right }
  const secure = protocol === "https:"
  const result = await runAtCorp({
    gateway: {
      port: secure ? 443 : 80,
      ...(secure && {
        tls: { key: authority.key, certificate: await issueCertificate(authority, hostname) },
      }),
    },
    // No tool is what is asked about.
    model: [{ text: "The mock model says hello." }],
    ...printingLog(["run", "say hi"]),
    env: { ...env, ...AUTHORITY, OPENCODE_OFFLINE_LOG: LOG },
    etc: {
      "corp/ca.pem": authority.certificate,
      // Allows no more than it names, whatever the user's provider says.
      "opencode/opencode.json": JSON.stringify({ offline: { mode: "always", allow, locked: true } }),
    },
    home: { ".config/opencode/opencode.json": corpProvider(url) },
    beside: [{ module: join(import.meta.dirname, "lib/corp-proxy.ts"), options: beside }],
  })
  const asked = [...new Set((result.told[0] as ProxyRequest[]).map((request) => JSON.stringify(request)))]
  const gateway = new Set(result.asked.map(({ what }) => what.split(" ")[1]))
  return { ...result, throughProxy: asked.map((text) => JSON.parse(text)), gateway: [...gateway] }
}

/** The command, and then our log, on standard output. */
function printingLog(args: string[]) {
  const script = `"$@"; code=$?; [ ! -f ${LOG} ] || ${Bun.which("cat")} ${LOG}; exit $code`
  return { executable: Bun.which("sh")!, args: ["-c", script, "sh", builtExecutable(), ...args] }
}

const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }

test.concurrent.each([
  [`https://${host}/v1`, `CONNECT ${host}:443`],
  // One of the two Buns writes the port.
  [`http://${host}/v1`, expect.stringMatching(new RegExp(`^POST http://${host}(:80)?/v1/chat/completions$`))],
])(
  "%s is asked through the proxy, with the password, and its name is looked up by the proxy",
  async (url, what) => {
    const allow = [ofProxy!, host!]
    const result = await ask({ url, allow })
    expect(result).toMatchObject({ ...answered, throughProxy: [{ what, login }], gateway: [host] })
    expect(hostsTried(result)).toEqual([ofProxy!])
  },
)

test.concurrent("a host in NO_PROXY is asked without the proxy", async () => {
  const result = await ask({ url: `https://${near}/v1` })
  expect(result).toMatchObject({ ...answered, throughProxy: [], gateway: [near] })
  expect(hostsTried(result)).toEqual([near!])
})

test.concurrent("a host that the policy does not name is denied before the proxy is asked, and the password is in no message", async () => {
  const result = await ask({ url: `https://${host}/v1`, allow: [ofProxy!] })
  expect(result).toMatchObject({ exitCode: 1, throughProxy: [], attempts: [] })
  expect(result.stdout).toContain(`"host":"${host}"`)
  expect(result.stdout + result.stderr).not.toMatch(PASSWORD)
})

test.concurrent("a proxy that the policy does not name is denied, and the message names the variable and not the password", async () => {
  const result = await ask({ url: `https://${host}/v1`, allow: [host!] })
  expect(result).toMatchObject({ exitCode: 1, throughProxy: [], attempts: [] })
  expect(result.stderr).toMatch(/HTTPS_PROXY/)
  expect(result.stdout + result.stderr).not.toMatch(PASSWORD)
})

test.concurrent("with another password the proxy refuses, and nothing reaches the gateway", async () => {
  const result = await ask({ url: `https://${host}/v1`, login: "alice:another" })
  expect(result).toMatchObject({ exitCode: 1, gateway: [] })
  expect(result.throughProxy).toEqual([{ what: `CONNECT ${host}:443`, login }])
})
