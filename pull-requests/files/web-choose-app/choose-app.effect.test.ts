import { expect, test } from "bun:test"
import fs from "fs/promises"
import os from "os"
import path from "path"

// A process of its own: the server's address is read when the module is loaded.
async function evaluate(expression: string, env: Record<string, string>) {
  const proc = Bun.spawn(
    [
      process.execPath,
      "-e",
      `import * as UI from "./src/server/shared/ui"; console.log(JSON.stringify(${expression}))`,
    ],
    { cwd: path.join(import.meta.dirname, "../.."), env: { ...process.env, ...env }, stdout: "pipe" },
  )
  return JSON.parse(await new Response(proc.stdout).text())
}

test("the page comes from the folder OPENCODE_APP_DIST", async () => {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), "choose-app-"))
  await Bun.write(path.join(root, "index.html"), "<title>Own</title>")
  const files = await evaluate("await UI.embeddedUI(false)", { OPENCODE_APP_DIST: root })
  expect(files).toEqual({ "index.html": path.join(root, "index.html") })
  await fs.rm(root, { recursive: true, force: true })
})

test("the page comes from the server OPENCODE_APP_URL, also when one is embedded", async () => {
  const env = { OPENCODE_APP_URL: "http://app.internal:8080" }
  expect(await evaluate('UI.upstreamURL("/some/session")', env)).toBe("http://app.internal:8080/some/session")
  expect(await evaluate("await UI.embeddedUI(false)", env)).toBe(null)
})
