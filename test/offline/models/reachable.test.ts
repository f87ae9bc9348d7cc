import { describe, expect, test } from "bun:test"
import { STRICTEST } from "../../../offline/kernel/settings.ts"
import { buildLazily } from "../../../offline/models/lazy.ts"
import { type Deciding, type Provider, reachable } from "../../../offline/models/reachable.ts"
import { createPolicy } from "../../../offline/policy.ts"

/** A provider whose models are at these addresses, under names that are their numbers. */
function provider(
  urls: (string | undefined)[],
  more: Partial<Provider> = {},
  npm = "@ai-sdk/openai-compatible",
) {
  const models = Object.fromEntries(urls.map((url, index) => [String(index), { api: { url, npm } }]))
  return { source: "env", options: {}, models, ...more } satisfies Provider
}

const policy = createPolicy(
  [
    "llm.corp:443",
    "localhost:4010",
    "127.0.0.1:4010",
    "api.mistral.ai",
    "bedrock-runtime.eu-west-1.amazonaws.com:443",
  ].map((text) => ({
    text,
    origin: "a test",
  })),
)

/** Which of a provider's models are left; undefined when it is left out. */
function left(
  of: Provider,
  env: NodeJS.ProcessEnv = {},
  held: Pick<Deciding, "kernel"> = {},
): string[] | undefined {
  const { some } = reachable({ some: of }, { policy, ...held }, env)
  return some && Object.keys(some.models)
}

/** As upstream writes it in an address. */
const variable = (name: string) => `\${${name}}`

describe("of a provider", () => {
  test.each([
    ["https://llm.corp/v1", true],
    ["http://127.0.0.1:11434/v1", true],
    ["http://[::1]/v1", true],
    ["http://llm.corp/v1", false],
    ["https://opencode.ai/zen/v1", false],
    ["no URL", false],
  ])("at %s it is %p that it is offered", (url, expected) => {
    expect(left(provider([url]))).toEqual(expected ? ["0"] : undefined)
  })

  test.each([
    ["http://127.0.0.1:4010/v1", true],
    ["http://localhost:4010/v1", true],
    ["http://127.0.0.1:11434/v1", false],
    ["https://llm.corp/v1", true],
  ])("at %s it is %p that it is offered where the kernel holds all programs", (url, expected) => {
    const own = { kernel: STRICTEST }
    expect(left(provider([url]), {}, own)).toEqual(expected ? ["0"] : undefined)
    const any = { kernel: { ...STRICTEST, loopback: "any" as const } }
    expect(left(provider([url]), {}, any)).toEqual(["0"])
  })

  test("only the models are offered whose own address is let through", () => {
    expect(left(provider(["https://llm.corp/a", "https://else.example/v1", "https://llm.corp/b"]))).toEqual([
      "0",
      "2",
    ])
  })

  test("its base URL decides for all of them", () => {
    const away = ["https://api.anthropic.com/v1", undefined]
    expect(left(provider(away, { options: { baseURL: "https://llm.corp/v1" } }))).toEqual(["0", "1"])
    expect(left(provider(["https://llm.corp"], { options: { baseURL: "https://else.example" } }))).toBe(
      undefined,
    )
    expect(left(provider(["https://llm.corp"], { options: { baseURL: "" } }))).toEqual(["0"])
  })

  test("variables in its address are put in, as upstream does", () => {
    const url = `https://${variable("LLM_HOST")}/v1`
    expect(left(provider([url]), { LLM_HOST: "llm.corp" })).toEqual(["0"])
    expect(left(provider([url]), { LLM_HOST: "else.example" })).toBe(undefined)
    expect(left(provider([url]))).toBe(undefined)
    expect(left(provider([`https://runtime.${variable("REGION")}.amazonaws.com/v1`]))).toEqual(["0"])
    expect(left(provider([`https://runtime.${variable("REGION")}.example.com/v1`]))).toBe(undefined)
  })

  test("without an address, its package's own host decides", () => {
    expect(left(provider([undefined], {}, "@ai-sdk/mistral"))).toEqual(["0"])
    expect(left(provider([""], {}, "@ai-sdk/mistral@2.0.0"))).toEqual(["0"])
    expect(left(provider([undefined], { source: "config" }, "@ai-sdk/openai"))).toBe(undefined)
    expect(left(provider([undefined], {}, "@ai-sdk/amazon-bedrock/mantle"))).toEqual(["0"])
    expect(left(provider([undefined], {}, "@ai-sdk/google-vertex/anthropic"))).toBe(undefined)
  })

  test("a package that is not known is offered to who configured it", () => {
    expect(left(provider([undefined], { source: "config" }, "@corp/provider"))).toEqual(["0"])
    expect(left(provider([undefined], { source: "env" }, "@corp/provider"))).toBe(undefined)
    expect(left(provider([undefined], { source: "config" }, "constructor"))).toEqual(["0"])
  })
})

test("what is left whole is the same object, and what is not, another", () => {
  const [whole, part] = [
    provider(["https://llm.corp"]),
    provider(["https://llm.corp", "https://else.example"]),
  ]
  const found = reachable({ whole, part }, { policy }, {})
  expect(found.whole).toBe(whole)
  expect(found.part).toEqual(provider(["https://llm.corp"]))
  expect(Object.keys(part.models)).toHaveLength(2)
})

test("of what the catalogue says that it cannot be reached, no models are made", () => {
  const made: string[] = []
  const entry = (id: string, api: string) => ({
    id,
    api,
    npm: "@ai-sdk/openai-compatible",
    models: { m: {} },
  })
  const list = buildLazily(
    { out: entry("out", "https://api.example/v1"), in: entry("in", "https://llm.corp/v1") },
    ({ id, api, npm, models }): Provider => {
      const names = Object.keys(models)
      if (names.length > 0) made.push(id)
      return { models: Object.fromEntries(names.map((name) => [name, { api: { url: api, npm } }])) }
    },
  )
  expect(Object.keys(reachable(list, { policy }, {}))).toEqual(["in"])
  expect(made).toEqual(["in"])
})
