import { expect, test } from "bun:test"
import { addModel } from "../../../../offline/core/setup/configuration.ts"

const local = { name: "local", baseUrl: "http://127.0.0.1:11434/v1", model: "qwen" }
const provider = {
  npm: "@ai-sdk/openai-compatible",
  name: "local",
  options: { baseURL: "http://127.0.0.1:11434/v1" },
  models: { qwen: {} },
}

test("without a file, the configuration is the model alone", () => {
  const added = addModel(undefined, local) as { text: string }
  expect(JSON.parse(added.text)).toEqual({ model: "local/qwen", provider: { local: provider } })
})

test("a key is named by its variable, never written", () => {
  const added = addModel("", { ...local, keyEnv: "CORP_KEY" }) as { text: string }
  expect(JSON.parse(added.text).provider.local.options.apiKey).toBe("{env:CORP_KEY}")
})

test("all that is there stays: comments, settings, other providers", () => {
  const text = `{
  // ours
  "share": "disabled", /* as agreed */
  "provider": {
    "other": { "npm": "x" }, // theirs
  },
}
`
  const { text: after, ...rest } = addModel(text, local) as { text: string }
  expect(rest).toEqual({})
  for (const line of ["  // ours\n", '"share": "disabled", /* as agreed */', "// theirs\n"])
    expect(after).toContain(line)
  expect(Bun.JSONC.parse(after)).toEqual({
    share: "disabled",
    provider: { other: { npm: "x" }, local: provider },
    model: "local/qwen",
  })
})

test("a default model that is there stays, and is named", () => {
  const added = addModel('{ "model": "other/one" }', local)
  expect(added).toMatchObject({ kept: '"model": "other/one"', text: expect.stringContaining('"other/one"') })
})

test.each([
  ['{ "provider": ', "no JSON"],
  ["[]", "no JSON"],
  ['{ "provider": [] }', '"provider" is no object'],
  ['{ "provider": { "local": {} } }', 'a provider "local" already'],
])("%s is not touched", (text, why) => {
  expect(addModel(text, local)).toEqual({ refused: expect.stringContaining(why) })
})
