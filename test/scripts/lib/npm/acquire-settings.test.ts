import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { acquireFile } from "../../../../scripts/lib/npm/acquire.ts"
import { failureOf, makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import { CERTIFICATE, makePackage, type Registry, startRegistry } from "../../../lib/registry.ts"

const tool = await makePackage("@acme/tool", randomBytes(100_000))

let registry: Registry
let home: NpmHome

beforeEach(async () => {
  registry = await startRegistry([tool])
  home = await makeNpmHome()
})
afterEach(async () => {
  await registry.close()
  await home.remove()
})

describe("npm's settings are honoured:", () => {
  test("the project's npmrc before the user's, and a scope's own registry", async () => {
    await home.npmrc("registry=http://registry.invalid/")
    await writeFile(join(home.options.cwd, "package.json"), "{}")
    await writeFile(join(home.options.cwd, ".npmrc"), `@acme:registry=${registry.url}`)
    await acquireFile(tool.pinned, home.options)
    expect(registry.requests).toHaveLength(2)
    await rm(home.options.cache, { recursive: true })
    registry.mode = "no package"
    expect((await failureOf(tool, home)).report.why).toContain(registry.url)
  })

  test("npm_config_registry in the environment before any file", async () => {
    await home.npmrc("registry=http://registry.invalid/")
    const env = { ...home.options.env, npm_config_registry: registry.url }
    await acquireFile(tool.pinned, { ...home.options, env })
    expect(registry.requests).toHaveLength(2)
  })

  test("a login, from a variable, which is never printed", async () => {
    registry.token = "very-secret"
    registry.mode = "login"
    const { host } = new URL(registry.url)
    await home.npmrc(`registry=${registry.url}`, `//${host}/:_authToken=\${TOKEN}`)
    home.options.env.TOKEN = "wrong-secret"
    expect((await failureOf(tool, home)).message).not.toContain("secret")
    home.options.env.TOKEN = "very-secret"
    await acquireFile(tool.pinned, home.options)
  })

  test("a proxy, and a login in the registry's address, which is never printed", async () => {
    await home.npmrc("registry=http://user:secret@registry.invalid/", `proxy=${registry.url}`)
    await acquireFile(tool.pinned, home.options)
    expect(registry.requests).toHaveLength(2)
    await registry.close()
    const other = await makePackage("other", randomBytes(1000))
    const { message } = await failureOf(other, home)
    expect(message).toContain("ECONNREFUSED")
    expect(message).not.toContain("secret")
  })

  test("a CA: unknown it is a failure of its own, given it is trusted, and strict-ssl can be off", async () => {
    const secure = await startRegistry([tool], { tls: true })
    await home.npmrc(`registry=${secure.url}`)
    const { report } = await failureOf(tool, home)
    expect(report.what).toContain("its certificate is not trusted")
    expect(report.next).toContain("cafile")
    expect(secure.requests).toEqual([])
    await home.npmrc(`registry=${secure.url}`, `cafile=${CERTIFICATE}`)
    await acquireFile(tool.pinned, home.options)
    await rm(home.options.cache, { recursive: true })
    await home.npmrc(`registry=${secure.url}`, "strict-ssl=false")
    await acquireFile(tool.pinned, home.options)
    await secure.close()
  })

  test("offline, which is a failure only when the cache does not have the package", async () => {
    await home.npmrc(`registry=${registry.url}`, "offline=true")
    expect((await failureOf(tool, home)).report.what).toContain("npm is set to offline")
    expect(registry.requests).toEqual([])
    await home.npmrc(`registry=${registry.url}`)
    const path = await acquireFile(tool.pinned, home.options)
    await rm(path)
    await home.npmrc(`registry=${registry.url}`, "offline=true")
    expect(await acquireFile(tool.pinned, home.options)).toBe(path)
  })

  test("a login in a form that npm no longer takes is a failure with npm's own cure", async () => {
    await home.npmrc(`registry=${registry.url}`, "_authToken=secret")
    const { report, message } = await failureOf(tool, home)
    expect(report.next).toBe("npm config fix")
    expect(message).not.toContain("secret")
  })

  test("but not npm's cache, which would put files where this one's cleaning does not reach", async () => {
    await home.npmrc(`registry=${registry.url}`, `cache=${join(home.home, "elsewhere")}`)
    await acquireFile(tool.pinned, home.options)
    expect((await readdir(home.home)).sort()).toEqual([".npmrc", "cache", "project"])
  })
})
