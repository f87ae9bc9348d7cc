import { expect, test } from "bun:test"
import { ownProviders, requireReachable } from "../../../scripts/contents/own-providers.ts"

const model = { id: "m", name: "M", limit: { context: 1000, output: 100 } }
const corp = { name: "Corp", env: ["CORP_KEY"], api: "https://llm.corp/v1", models: { m: model } }
const read = (provider: object) => ownProviders("own.json", { corp: provider }, { openai: {} })

/** What is said to be missing: the lines of the error that name the provider. */
function missing(provider: object): string[] {
  try {
    read(provider)
    return []
  } catch (error) {
    return (error as Error).message.match(/corp\.\S+ is .*/g) ?? []
  }
}

test("a provider with an address, variables and models is one", () => {
  expect(read(corp)).toEqual({ corp })
  expect(missing({ ...corp, api: `https://\${CORP_HOST}/v1` })).toEqual([])
  expect(missing({ ...corp, api: undefined, npm: "@ai-sdk/mistral" })).toEqual([])
  expect(
    missing({ ...corp, api: undefined, models: { m: { ...model, provider: { api: corp.api } } } }),
  ).toEqual([])
})

test("upstream's own providers are taken as they are", () => {
  expect(ownProviders("own.json", { openai: {} }, { openai: {} })).toEqual({})
})

test.each([
  ["an address", { ...corp, api: undefined }, ["corp.api is missing"]],
  ["an address that is one", { ...corp, api: "llm.corp" }, ["corp.api is no URL"]],
  ["a variable", { ...corp, env: [] }, ["corp.env is missing"]],
  ["a model", { ...corp, models: {} }, ["corp.models is missing"]],
  [
    "a name and a limit",
    { ...corp, models: { m: { limit: { output: 1 } } } },
    ["corp.models.m.name is missing", "corp.models.m.limit.context is missing"],
  ],
  ["all of it", {}, ["corp.name", "corp.api", "corp.env", "corp.models"]],
])("without %s it is an error that says so", (_, provider, expected) => {
  expect(missing(provider)).toEqual(expected.map((text) => expect.stringContaining(text)))
})

test("a locked policy has to let it through, any other may", () => {
  const locked = (...allow: string[]) => requireReachable({ corp }, { allow, locked: true })
  expect(() => locked("llm.corp:8443")).toThrow(/lets no request through/)
  expect(() => locked()).toThrow(/corp is at https:\/\/llm\.corp\/v1[\s\S]*"llm\.corp:443"/)
  locked("*.corp")
  requireReachable({ corp }, { allow: [], locked: false })
  requireReachable({ corp }, undefined)
  expect.assertions(2)
})
