import { expect, test } from "bun:test"
import fs from "node:fs/promises"
import os from "node:os"
import path from "node:path"

const SCRIPT = `
  import { Effect } from "effect"
  import { LayerNode } from "./src/effect/layer-node"
  import { ModelsDev } from "./src/models-dev"
  const get = ModelsDev.Service.use((models) => models.get())
  const models = await Effect.runPromise(get.pipe(Effect.provide(LayerNode.compile(ModelsDev.node))))
  console.log("models", ...Object.keys(models))
  process.exit(0)
`

// A process of its own: flags and paths are read when modules are loaded, and the catalogue is a define of the build.
async function list(named?: string) {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "models-flag-"))
  for (const file of [".cache/opencode/models.json", "opencode/models.json"])
    await Bun.write(path.join(home, file), JSON.stringify({ cache: {} }))
  await Bun.write(path.join(home, "named.json"), JSON.stringify({ named: {} }))
  const { OPENCODE_MODELS_PATH, OPENCODE_MODELS_URL, ...env } = process.env
  const proc = Bun.spawn([process.execPath, "--define", 'OPENCODE_MODELS_DEV={"inside":{}}', "-e", SCRIPT], {
    cwd: path.join(import.meta.dirname, ".."),
    env: {
      ...env,
      HOME: home,
      XDG_CACHE_HOME: home,
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      ...(named && { OPENCODE_MODELS_PATH: path.join(home, named) }),
    },
    stdout: "pipe",
  })
  const text = await new Response(proc.stdout).text()
  await fs.rm(home, { recursive: true, force: true })
  return text.trim()
}

test("the built-in catalogue wins over the cache when fetching is disabled", async () => {
  expect(await list()).toBe("models inside")
})

test("a file that is named wins over both", async () => {
  expect(await list("named.json")).toBe("models named")
})
