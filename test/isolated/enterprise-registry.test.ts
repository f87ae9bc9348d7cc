import { expect, test } from "bun:test"
import { join } from "node:path"
import { hostsTried } from "../../scripts/harness/scenarios.ts"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import type { Service } from "../../scripts/isolation/service.ts"
import { readPage } from "../lib/page.ts"
import { isReadable } from "../lib/stock.ts"
import { corpProvider, runAtCorp } from "./lib/corp.ts"
import type { CorpRegistryOptions, CorpRegistryReport } from "./lib/corp-registry.ts"

// docs/enterprise/npm-registry.md, as it says: a scope of one registry with a token, and another one for all else.

const page = await readPage("enterprise/npm-registry.md")
const npmrc = page.block("Which registry is asked")
const env = page.env("Where OpenCode is started")
const config = JSON.parse(page.block("In `~/.config/opencode/opencode.json`"))
const urlOf = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(npmrc)![1]!
const scoped = urlOf("@corp:registry")
const other = urlOf("registry")
const [notAllowed] = page.table("## When it fails").map(([seen]) => /^`(.*)`$/.exec(seen!)?.[1])
const authority = await createAuthority()

/** Leaves a mark in the project when it is loaded. */
const marker = (file: string) => `export const Marker = async ({ directory }) => {
  await Bun.write(directory + "/${file}", "")
  return {}
}`

/** A question in a project, beside the two registries, of which the first asks for this token. */
async function ask({ token = env.NPM_TOKEN!, allow = config.offline.allow } = {}) {
  const { told, ...result } = await runAtCorp({
    gateway: { port: 8080 },
    env,
    etc: { "corp/ca.pem": authority.certificate },
    home: {
      ".npmrc": `${npmrc}fetch-retries=0\n`,
      ".config/opencode/opencode.json": corpProvider("http://llm.corp.example:8080/v1", {
        ...config,
        offline: { allow },
      }),
    },
    beside: [
      await registry(scoped, "@corp/marker", marker("from-scope"), token),
      await registry(other, "marker", marker("from-other")),
    ],
  })
  const [ofScope, ofOther] = told as CorpRegistryReport[]
  return { ...result, ofScope: ofScope!, ofOther: ofOther! }
}

async function registry(url: string, name: string, code: string, token?: string): Promise<Service> {
  const cert = await issueCertificate(authority, new URL(url).hostname)
  const options: CorpRegistryOptions = { url, tls: { key: authority.key, cert }, name, code, token }
  return { module: join(import.meta.dirname, "lib/corp-registry.ts"), options }
}

// Releases that can be read have Bun install packages, by native code that the guard does not reach: offline it installs none.
if (!isReadable) {
  test.concurrent("plugins are installed from both registries, and the token is sent to its own one alone", async () => {
    const result = await ask()
    expect(result.stdout).toBe("The mock model says hello.\n")
    expect(result.files).toEqual(expect.arrayContaining(["project/from-scope", "project/from-other"]))
    expect(result.ofScope.logins).toEqual([`Bearer ${env.NPM_TOKEN}`])
    expect(result.ofScope.requests).toContain("@corp/marker/-/tarball.tgz")
    expect(result.ofOther.logins).toEqual([""])
    expect(result.ofOther.requests).toContain("marker/-/tarball.tgz")
    expect(new Set(result.asked.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer the key"]),
    )
    expect(hostsTried(result)).toEqual(
      ["llm.corp.example", new URL(other).hostname, new URL(scoped).hostname].sort(),
    )
    expect(result.files.some((file) => file.startsWith("home/.cache/opencode/packages/"))).toBe(true)
  })

  test.concurrent("a registry that asks for another token gives nothing, and the one that is not allowed is not asked", async () => {
    const [first] = config.offline.allow
    const result = await ask({ token: "another", allow: [first] })
    expect(result.files).not.toContain("project/from-scope")
    expect(result.ofScope.logins).toEqual([`Bearer ${env.NPM_TOKEN}`])
    expect(result.ofOther.requests).toEqual([])
    expect(result.stderr).toMatch(new RegExp(`^! The package marker@1\\.0\\.0 ${notAllowed}: `, "m"))
    expect(result.stderr).toContain(`OPENCODE_OFFLINE_ALLOW=${new URL(other).host}`)
    expect(result.stderr).not.toContain(env.NPM_TOKEN!)
  })
} else
  test("a release that has Bun install packages asks neither registry", async () => {
    const { ofScope, ofOther, stdout, stderr } = await ask()
    expect([ofScope.requests, ofOther.requests]).toEqual([[], []])
    expect(stderr).toMatch(new RegExp(`^! The package marker@1\\.0\\.0 ${notAllowed}: `, "m"))
    expect(stdout).toBe("The mock model says hello.\n")
  })
