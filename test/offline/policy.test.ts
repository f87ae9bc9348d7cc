import { expect, test } from "bun:test"
import { SettingError } from "../../offline/error.ts"
import { canonicalHost } from "../../offline/policy/host.ts"
import { createPolicy, endpointOf, judge } from "../../offline/policy.ts"

const policy = createPolicy(
  [{ text: "llm.corp:443", origin: "OPENCODE_OFFLINE_ALLOW" }],
  [
    { text: "evil.example", origin: "/repo/opencode.json (offline.allow)" },
    { text: "not an entry", origin: "/repo/opencode.json (offline.allow)" },
  ],
)

const decide = (host: string, port?: number) => judge(policy, canonicalHost(host)!, port)

test("what no entry names is denied", () => {
  expect(decide("example.com", 443)).toEqual({ allowed: false, asked: undefined })
})

test("what an entry names is allowed, and the verdict says by which", () => {
  expect(decide("llm.corp", 443)).toEqual({
    allowed: true,
    rule: "llm.corp:443",
    origin: "OPENCODE_OFFLINE_ALLOW",
  })
})

test("loopback is allowed without an entry", () => {
  expect(decide("127.0.0.1", 1)).toEqual({ allowed: true, rule: "loopback", origin: "always" })
})

test("what only a project's file names is denied, and the verdict says where it is named", () => {
  expect(decide("evil.example", 443)).toMatchObject({
    allowed: false,
    asked: { origin: "/repo/opencode.json (offline.allow)" },
  })
})

test("a malformed line from a trusted source is an error", () => {
  expect(() => createPolicy([{ text: "a b", origin: "OPENCODE_OFFLINE_ALLOW" }])).toThrow(SettingError)
})

const urls: [url: string, entry: string | undefined][] = [
  ["https://llm.corp/v1", "llm.corp:443"],
  ["http://LLM.corp./v1", "llm.corp:80"],
  ["http://user:pass@10.0.0.7:8080/", "10.0.0.7:8080"],
  ["http://[FD00::7]:8080/", "[fd00::7]:8080"],
  ["wss://llm.corp", "llm.corp:443"],
  ["file:///etc/passwd", undefined],
  ["llm.corp:443", undefined],
  ["", undefined],
]

test("an URL stands for its host and its port alone", () => {
  expect(urls.map(([url]) => [url, endpointOf(url)?.text])).toEqual(urls)
})
