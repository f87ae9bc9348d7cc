import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { loadNpmOptions } from "../../../../scripts/lib/npm/config.ts"
import { proxyVariables, writeNpmHome } from "../../../../scripts/lib/npm/npmrc.ts"
import { runBun } from "../../../../scripts/upstream/git/run-bun.ts"
import { makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import { makePackage, type Registry, startRegistry, type TestPackage } from "../../../lib/registry.ts"
import { stockBun } from "../../../lib/stock.ts"

let person: NpmHome
let tool: TestPackage
let registry: Registry

beforeAll(async () => {
  person = await makeNpmHome()
  tool = await makePackage("@own/tool", Buffer.from("a tool\n"))
  registry = await startRegistry([tool])
  registry.mode = "login"
  registry.token = "very-secret"
})

afterAll(async () => {
  await Promise.all([person.remove(), registry.close()])
})

const bare = () => registry.url.replace("http:", "")

/** Has the pinned Bun install the package of the scope, with what a home was made of the person's settings of npm. */
async function installWith(...lines: string[]): Promise<boolean> {
  await person.npmrc("registry=http://127.0.0.1:9/", ...lines)
  const { cwd, env } = person.options
  const home = join(person.home, `home-${crypto.randomUUID()}`)
  await writeNpmHome(home, await loadNpmOptions(cwd, env))
  await mkdir(join(home, "project"))
  const { name, version } = tool.pinned
  const manifest = { name: "project", dependencies: { [name]: version } }
  await writeFile(join(home, "project/package.json"), JSON.stringify(manifest))
  const { ok } = await runBun(["install"], {
    bun: await stockBun(),
    cwd: join(home, "project"),
    home,
    env: { BUN_INSTALL_CACHE_DIR: join(home, "cache") },
    onLine: () => {},
  })
  if (ok)
    expect(await readFile(join(home, "project/node_modules/@own/tool/bin/tool"), "utf8")).toBe("a tool\n")
  return ok
}

describe("the pinned Bun, with npm's settings", () => {
  test("installs from a scope's own registry with the login for it", async () => {
    expect(await installWith(`@own:registry=${registry.url}`, `${bare()}:_authToken=very-secret`)).toBe(true)
  })

  test("does not when the login is another", async () => {
    expect(await installWith(`@own:registry=${registry.url}`, `${bare()}:_authToken=other`)).toBe(false)
  })

  test("does not when the scope's registry is not named", async () => {
    expect(await installWith(`${bare()}:_authToken=very-secret`)).toBe(false)
  })
})

describe("what is written for it", () => {
  test("can be read by the one who runs it only, and names the CA that npm trusts", async () => {
    await writeFile(
      join(person.home, "ca.pem"),
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    await person.npmrc(`cafile=${join(person.home, "ca.pem")}`, "proxy=http://proxy.corp:3128/")
    const npm = await loadNpmOptions(person.options.cwd, person.options.env)
    const home = join(person.home, "written")
    await writeNpmHome(home, npm)
    expect((await stat(join(home, ".npmrc"))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(home, ".npmrc"), "utf8")).toContain(`cafile=${join(home, "ca.pem")}\n`)
    expect(await readFile(join(home, "ca.pem"), "utf8")).toContain("AAAA")
    expect(proxyVariables(npm)).toMatchObject({
      HTTP_PROXY: "http://proxy.corp:3128/",
      NO_PROXY: "127.0.0.1",
    })
  })
})
