import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { namesInReach } from "../../../offline/core/login.ts"
import { createPolicy } from "../../../offline/policy.ts"

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "login-"))
})
afterAll(() => rm(root, { recursive: true }))

const policy = createPolicy([{ text: "llm.corp:443", origin: "allow" }])

async function names(catalogue: unknown): Promise<string[]> {
  const file = join(root, "catalogue.json")
  await writeFile(file, JSON.stringify(catalogue))
  return namesInReach(file, { policy }, {})
}

const corp = { name: "Corp", api: "https://llm.corp/v1", models: { large: {} } }

test("providers are named that the policy lets through, by their ids where they have no name", async () => {
  const far = { name: "Far", api: "https://far.example/v1", models: { large: {} } }
  expect(await names({ corp, far, plain: { ...corp, name: undefined } })).toEqual(["Corp", "plain"])
})

test("none is named of a catalogue that is not there or cannot be read", async () => {
  expect(namesInReach(undefined, { policy }, {})).toEqual([])
  expect(namesInReach(join(root, "nowhere.json"), { policy }, {})).toEqual([])
  for (const catalogue of [null, 1, "corp", [corp]]) expect(await names(catalogue)).toEqual([])
})

test.each<[string, unknown]>([
  ["null", null],
  ["a number", 1],
  ["a list", []],
  ["one whose models are null", { ...corp, models: null }],
  ["one whose models are a list", { ...corp, models: [{}] }],
  ["one with a model that is null", { ...corp, models: { large: null } }],
  ["one with a model whose provider is null", { ...corp, models: { large: { provider: null } } }],
  ["one whose package is a number", { ...corp, npm: 1 }],
  ["one whose name is a number", { ...corp, name: 1 }],
])("what has not the form of a provider is left out, and the others are named: %s", async (_, a) => {
  expect(await names({ a, corp })).toEqual(["Corp"])
})
