import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chooseCatalogue, upstreamsCatalogue } from "../../../offline/core/catalogue.ts"
import { SettingError } from "../../../offline/error.ts"
import { moduleNames } from "../../../offline/modules.ts"

let root: string
let inside: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "catalogue-"))
  inside = join(root, "inside.json")
  await writeFile(inside, "{}")
  await writeFile(join(root, "own.json"), "{}")
  await writeFile(join(root, "broken.json"), "{")
})
afterAll(() => rm(root, { recursive: true }))

/** What OPENCODE_MODELS_PATH is afterwards. */
function choose(env: Record<string, string>, module = inside): string | undefined {
  chooseCatalogue(env, module)
  return env.OPENCODE_MODELS_PATH
}

const FLAG = { OPENCODE_DISABLE_MODELS_FETCH: "1" }

test.each(["1", "true", "TRUE"])("the one inside is named when the fetch is disabled by %j", (value) => {
  expect(choose({ OPENCODE_DISABLE_MODELS_FETCH: value })).toBe(inside)
})

test.each(["0", "false", "", "yes"])(
  "none is named when the flag is %j, which upstream takes for no",
  (value) => {
    expect(choose({ OPENCODE_DISABLE_MODELS_FETCH: value })).toBeUndefined()
  },
)

test("the user's own stays", () => {
  const OPENCODE_MODELS_PATH = join(root, "own.json")
  expect(choose({ ...FLAG, OPENCODE_MODELS_PATH })).toBe(OPENCODE_MODELS_PATH)
})

test.each(["broken.json", "absent.json", "."])("the user's own that is no catalogue stops: %s", (name) => {
  const OPENCODE_MODELS_PATH = join(root, name)
  expect(() => choose({ ...FLAG, OPENCODE_MODELS_PATH })).toThrow(SettingError)
  expect(choose({ OPENCODE_MODELS_PATH })).toBe(OPENCODE_MODELS_PATH)
})

test("none is named when none is inside; a child is handed its parent's", () => {
  expect(choose(FLAG, join(root, "absent.json"))).toBeUndefined()
  const absent = join(root, "absent.json")
  expect(choose({ ...FLAG, OPENCODE_MODELS_PATH: absent }, absent)).toBe(absent)
})

test("upstream's code gets upstream's own catalogue, which is the one inside unless an organisation has another", async () => {
  const names = moduleNames(root)
  await writeFile(names.catalogue, '{"acme":{}}')
  expect(upstreamsCatalogue(names)).toEqual({ acme: {} })
  await writeFile(names.upstreamsCatalogue, '{"anthropic":{}}')
  expect(upstreamsCatalogue(names)).toEqual({ anthropic: {} })
})
