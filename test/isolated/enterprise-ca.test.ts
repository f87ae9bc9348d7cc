import { expect, test } from "bun:test"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import { readPage } from "../lib/page.ts"
import { CERTIFICATE } from "../lib/registry.ts"
import { runsAll } from "../lib/sampling.ts"
import { runAtCorp } from "./lib/corp.ts"

// docs/enterprise/private-ca.md, as it says: a gateway with a certificate of an authority that nobody else knows.

const page = await readPage("enterprise/private-ca.md")
const config = page.block("In `~/.config/opencode/opencode.json`")
const { hostname } = new URL(JSON.parse(config).provider.corp.options.baseURL)
const authority = await createAuthority()
const FILE = Object.values(page.env("Where you cannot change the store"))[0]!.replace("/etc/", "")

/** A question to the model there. */
async function ask(env: Record<string, string>, etc: Record<string, string>, name = hostname) {
  const { exitCode, stdout, stderr, asked } = await runAtCorp({
    gateway: { port: 443, tls: { key: authority.key, certificate: await issueCertificate(authority, name) } },
    // No tool is what is asked about.
    model: [{ text: "The mock model says hello." }],
    env: { CORP_KEY: "the key", ...env },
    etc,
    home: { ".config/opencode/opencode.json": config },
  })
  return { exitCode, stdout, stderr, keys: [...new Set(asked.map(({ authorization }) => authorization))] }
}

const answered = { exitCode: 0, stdout: "The mock model says hello.\n", keys: ["Bearer the key"] }
const OTHER = await Bun.file(CERTIFICATE).text()
const DEBIAN = "ssl/certs/ca-certificates.crt"
const extra = page.env("Where you cannot change the store")
const instead = page.env("Or, in the place of the store")

type Case = [where: string, env: Record<string, string>, etc: Record<string, string>]

// That the file of NODE_EXTRA_CA_CERTS is read is seen in enterprise-proxy.test.ts, too, and that Debian's store is, below.
test.concurrent.each<Case>([
  ["the file of SSL_CERT_FILE", instead, { [FILE]: authority.certificate }],
  ...(runsAll
    ? [
        ["the file of NODE_EXTRA_CA_CERTS", extra, { [FILE]: authority.certificate }] satisfies Case,
        ["the system's store of Debian", {}, { [DEBIAN]: authority.certificate }] satisfies Case,
      ]
    : []),
])("a gateway whose authority is in %s is asked", async (_, env, etc) => {
  expect(await ask(env, etc)).toMatchObject(answered)
})

/** The errors that the page explains, in its order. */
const [unknown, ignored, otherName] = page
  .table("## When it fails")
  .map(([error]) => /^`(.*)`$/.exec(error!)?.[1])

test.concurrent("so is one whose authority is in the system's store of Red Hat, where the file of NODE_EXTRA_CA_CERTS is not there, which the page's warning says", async () => {
  expect(await ask(extra, { "pki/tls/certs/ca-bundle.crt": authority.certificate })).toMatchObject({
    ...answered,
    stderr: expect.stringContaining(ignored!),
  })
})

// The same where the store has others, below.
if (runsAll)
  test.concurrent("without it, the request fails with the error that the page names", async () => {
    const failed = { exitCode: 1, stdout: "", keys: [], stderr: expect.stringContaining(unknown!) }
    expect(await ask({}, {})).toEqual(failed)
  })

test.concurrent("SSL_CERT_FILE takes the place of the system's store, and without the authority in it the request fails with the error that the page names", async () => {
  const etc = { [DEBIAN]: authority.certificate, [FILE]: OTHER }
  expect(await ask(instead, etc)).toMatchObject({
    ...{ exitCode: 1, stdout: "", keys: [] },
    stderr: expect.stringContaining(unknown!),
  })
  expect(await ask(extra, etc)).toMatchObject(answered)
})

test.concurrent("a certificate for another name is refused, with the error that the page names", async () => {
  const result = await ask(extra, { [FILE]: authority.certificate }, "other.corp.example")
  expect(result).toMatchObject({ exitCode: 1, keys: [], stderr: expect.stringContaining(otherName!) })
})
