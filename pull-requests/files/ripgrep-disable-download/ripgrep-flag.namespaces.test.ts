import { expect, test } from "bun:test"
import fs from "fs/promises"
import os from "os"
import path from "path"

const SCRIPT = `
  const { Ripgrep } = await import("./src/file/ripgrep")
  console.log(await Ripgrep.filepath().then(String, (error) => error.message))
  process.exit(0)
`

// A process of its own: what was found is kept.
async function find(bin: string[]) {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "ripgrep-flag-"))
  for (const name of bin) await Bun.write(path.join(home, "bin", name), "#!/bin/sh\n")
  for (const name of bin) await fs.chmod(path.join(home, "bin", name), 0o755)
  const proc = Bun.spawn([process.execPath, "-e", SCRIPT], {
    cwd: path.join(import.meta.dirname, "../.."),
    env: {
      ...process.env,
      HOME: home,
      XDG_DATA_HOME: home,
      PATH: path.join(home, "bin"),
      OPENCODE_DISABLE_RIPGREP_DOWNLOAD: "1",
    },
    stdout: "pipe",
  })
  const text = await new Response(proc.stdout).text()
  await fs.rm(home, { recursive: true, force: true })
  return text.trim()
}

test("ripgrep is not downloaded, and what is missing is named", async () => {
  expect(await find([])).toContain("ripgrep (rg) is not in PATH, and OPENCODE_DISABLE_RIPGREP_DOWNLOAD is set")
})

test("the one in PATH is used", async () => {
  expect(await find(["rg"])).toEndWith("/bin/rg")
})
