import { expect, test } from "bun:test"
import fs from "node:fs/promises"
import os from "node:os"
import path from "node:path"

const SCRIPT = `
  import { Cause, Effect } from "effect"
  import { LayerNode } from "./src/effect/layer-node"
  import { RipgrepBinary } from "./src/ripgrep/binary"
  const find = RipgrepBinary.Service.use((ripgrep) => ripgrep.filepath)
  const exit = await Effect.runPromiseExit(find.pipe(Effect.provide(LayerNode.compile(RipgrepBinary.node))))
  console.log(exit._tag === "Success" ? exit.value : Cause.pretty(exit.cause))
  process.exit(0)
`

// A process of its own: what was found is kept.
async function find(bin: string[]) {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "ripgrep-flag-"))
  for (const name of bin) await Bun.write(path.join(home, "bin", name), "#!/bin/sh\n")
  for (const name of bin) await fs.chmod(path.join(home, "bin", name), 0o755)
  const proc = Bun.spawn([process.execPath, "-e", SCRIPT], {
    cwd: path.join(import.meta.dirname, ".."),
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
