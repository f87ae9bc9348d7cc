import { expect, test } from "bun:test"
import {
  createAuthority,
  issueCertificate,
  issueClientCertificate,
} from "../../scripts/isolation/authority.ts"
import { readPage } from "../lib/page.ts"
import { corpProvider, runAtCorp } from "./lib/corp.ts"

// docs/enterprise/client-certificate.md, as it says: a gateway that serves only those who show a certificate.

const page = await readPage("enterprise/client-certificate.md")
const env = page.env("Where OpenCode is started")
const provider = (await readPage("enterprise/private-ca.md")).block("In `~/.config/opencode/opencode.json`")
const { hostname } = new URL(JSON.parse(provider).provider.corp.options.baseURL)
const authority = await createAuthority()

const plugin = {
  ".config/opencode/plugin/client-certificate.ts": page.block(
    "`~/.config/opencode/plugin/client-certificate.ts`",
  ),
}

/** A question to the gateway, on a machine that has the certificate of alice. */
async function ask(home: Record<string, string>) {
  const file = (name: string) => env[name]!.replace("/etc/", "")
  return runAtCorp({
    gateway: {
      port: 443,
      tls: { key: authority.key, certificate: await issueCertificate(authority, hostname) },
      clients: authority.certificate,
    },
    env,
    etc: {
      [file("CORP_CERTIFICATE")]: await issueClientCertificate(authority, "alice"),
      [file("CORP_CERTIFICATE_KEY")]: authority.key,
      [file("NODE_EXTRA_CA_CERTS")]: authority.certificate,
    },
    home: { ".config/opencode/opencode.json": provider, ...home },
  })
}

test.concurrent("by the plugin, the gateway is shown the certificate, and answers", async () => {
  const result = await ask(plugin)
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
  expect(new Set(result.asked.map(({ isKnown }) => isKnown))).toEqual(new Set([true]))
})

const [refused] = page.table("## When it fails").map(([seen]) => /^`([^`]*)`/.exec(seen!)?.[1])

test.concurrent("without it, the gateway refuses, and the page has its words", async () => {
  const { exitCode, stdout, stderr, asked } = await ask({})
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" })
  expect(stderr).toContain(refused!)
  expect(new Set(asked.map(({ isKnown }) => isKnown))).toEqual(new Set([false]))
})

test.concurrent("a program on loopback that shows a certificate needs no rule of the policy", async () => {
  const [, address] = /listen ([\d.]+:\d+);/.exec(page.block("For nginx"))!
  const url = `http://${address}/v1`
  expect(page.text).toContain(`\`${url}\``)
  const result = await runAtCorp({
    gateway: { port: Number(address!.split(":")[1]) },
    home: { ".config/opencode/opencode.json": corpProvider(url) },
  })
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
})
