import { afterAll, expect, test } from "bun:test"
import {
  createAuthority,
  issueCertificate,
  issueClientCertificate,
} from "../../scripts/isolation/authority.ts"
import { builtExecutable } from "../lib/built.ts"
import { debianPackages } from "../lib/debian.ts"
import { readPage } from "../lib/page.ts"
import { type CorpOptions, corpProvider, runAtCorp } from "./lib/corp.ts"
import { removeFolders, wrapper } from "./lib/mounts.ts"

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
async function ask(home: Record<string, string>, more: Partial<CorpOptions> = {}) {
  const file = (name: string) => env[name]!.replace("/etc/", "")
  const alice = await issueClientCertificate(authority, "alice")
  return runAtCorp({
    gateway: {
      port: 443,
      tls: { key: authority.key, certificate: await issueCertificate(authority, hostname) },
      clients: authority.certificate,
    },
    env,
    etc: {
      "nginx/alice.pem": alice,
      "nginx/alice.key": authority.key,
      [file("CORP_CERTIFICATE")]: alice,
      [file("CORP_CERTIFICATE_KEY")]: authority.key,
      [file("NODE_EXTRA_CA_CERTS")]: authority.certificate,
    },
    home: { ".config/opencode/opencode.json": provider, ...home },
    ...more,
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

const NGINX = await debianPackages("nginx", "libpcre2-8-0")
if (typeof NGINX !== "string") console.error(`not run: ${NGINX.missing}`)
afterAll(removeFolders)

test.concurrent.skipIf(typeof NGINX !== "string")(
  "nginx on loopback shows the certificate, needs no rule of the policy, and takes more than a megabyte",
  async () => {
    const server = page.block("For nginx")
    const [, address] = /listen ([\d.]+:\d+);/.exec(server)!
    const url = `http://${address}/v1`
    expect(page.text).toContain(`\`${url}\``)
    // Its own files are in the home, as there is no other folder that it may write to.
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    const http = [...temporary.map((name) => `${name}_temp_path ${name};`), "access_log off;", server]
    const nginx = `LD_LIBRARY_PATH=${NGINX}/usr/lib/x86_64-linux-gnu ${NGINX}/usr/sbin/nginx -p "$HOME/" -c nginx.conf -e error.log`
    const result = await ask(
      {
        ".config/opencode/opencode.json": corpProvider(url),
        "nginx.conf": `user root root; master_process off; pid pid; events {}\nhttp {\n${http.join("\n")}\n}\n`,
      },
      {
        executable: await wrapper(nginx, builtExecutable(), `${nginx} -s quit`),
        stdin: "a long story ".repeat(100_000),
      },
    )
    expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
    expect(new Set(result.asked.map(({ isKnown }) => isKnown))).toEqual(new Set([true]))
  },
)
