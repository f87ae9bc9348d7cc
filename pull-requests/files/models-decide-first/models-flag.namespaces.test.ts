import { afterEach, expect, mock, test } from "bun:test"
import { Flag } from "@/flag/flag"
import { Filesystem } from "../../src/util/filesystem"

const flags = Flag as unknown as Record<string, unknown>
const filesystem = Filesystem as unknown as Record<string, unknown>
const original = { ...flags }
const readJson = filesystem.readJson

// The build makes the snapshot, a checkout has none.
for (const name of ["models-snapshot", "models-snapshot.js", "models-snapshot.ts"])
  mock.module(`../../src/provider/${name}`, () => ({ snapshot: { inside: {} } }))

afterEach(() => {
  Object.assign(flags, original)
  filesystem.readJson = readJson
})

let count = 0

// A module of its own for each test, as the catalogue is read once.
async function load(flag: boolean, path?: string) {
  flags.OPENCODE_DISABLE_MODELS_FETCH = flag
  flags.OPENCODE_MODELS_PATH = path
  filesystem.readJson = async (file: string) => ({ [file === path ? "named" : "cache"]: {} })
  const { ModelsDev } = await import(`../../src/provider/models?${++count}`)
  return Object.keys(await ModelsDev.Data())
}

test("the built-in catalogue wins over the cache when fetching is disabled", async () => {
  expect(await load(true)).toEqual(["inside"])
})

test("a file that is named wins over both", async () => {
  expect(await load(true, "/models.json")).toEqual(["named"])
})
