import { expect, test } from "bun:test"
import fs from "node:fs/promises"
import os from "node:os"
import path from "node:path"

// A process of its own: where packages are is read when the module is loaded.
async function run(call: string) {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "install-flag-"))
  for (const folder of [".cache/opencode", "opencode"])
    await fs.mkdir(path.join(home, folder, "packages/there/node_modules/there"), { recursive: true })
  const script = `
    import { Npm } from "./src/npm"
    console.log(await ${call}.then((found) => found?.directory ?? "nothing", (error) => String(error.cause ?? error)))
    process.exit(0)`
  const proc = Bun.spawn([process.execPath, "-e", script], {
    cwd: path.join(import.meta.dirname, ".."),
    env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, OPENCODE_DISABLE_INSTALL: "1" },
    stdout: "pipe",
  })
  const text = await new Response(proc.stdout).text()
  await fs.rm(home, { recursive: true, force: true })
  return text.trim()
}

test("a package that is on disk is used as it is", async () => {
  expect(await run(`Npm.add("there")`)).toEndWith("packages/there/node_modules/there")
})

test("a package that is not there fails at once, and names the flag", async () => {
  expect(await run(`Npm.add("missing")`)).toContain("OPENCODE_DISABLE_INSTALL is set")
})

test("a configuration folder is left as it is", async () => {
  expect(await run(`Npm.install(process.env.HOME)`)).toBe("nothing")
})
