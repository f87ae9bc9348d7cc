import { beforeEach, expect, test } from "bun:test"
import { OfflineError } from "../../../offline/error.ts"
import { createDecide, type Denial } from "../../../offline/guard/decide.ts"
import { createPolicy } from "../../../offline/policy.ts"

const policy = createPolicy(
  [{ text: "llm.corp:443", origin: "OPENCODE_OFFLINE_ALLOW" }],
  [{ text: "evil.example:443", origin: "/repo/opencode.json (mcp.x.url)" }],
)
let denied: Denial[]
let decide: ReturnType<typeof createDecide>

beforeEach(() => {
  denied = []
  decide = createDecide({
    policy,
    origin: "--offline",
    userConfig: "/home/u/opencode.json",
    onDenied: (denial) => denied.push(denial),
  })
})

test("what is allowed comes back in the spelling to dial, and is not recorded", () => {
  expect(decide({ host: "LLM.corp.", port: 443, api: "fetch" })).toBe("llm.corp")
  expect(decide({ host: "app.localhost", port: 1, api: "fetch" })).toBe("127.0.0.1")
  expect(decide({ host: "[::FFFF:127.0.0.1]", port: 1, api: "fetch" })).toBe("127.0.0.1")
  expect(denied).toEqual([])
})

const TEXT =
  "fetch to api.example:443 was blocked: OpenCode is offline (--offline), and no entry of the policy names it. A person can allow it"

test("a refusal says what was blocked, by which rule, and to a person alone the exact setting that allows it", () => {
  const refused = () => decide({ host: "API.example", port: 443, api: "fetch" })
  expect(refused).toThrow(OfflineError)
  expect(refused).toThrow(TEXT)
  const error = thrownBy(refused)
  const setting = `To allow it: OPENCODE_OFFLINE_ALLOW=api.example:443, or "offline": { "allow": ["api.example:443"] } in /home/u/opencode.json`
  expect(OfflineError.forPerson(error)).toBe(`${TEXT}. ${setting}`)
  for (const printed of [
    error.message,
    error.stack,
    String(error),
    JSON.stringify(error),
    Bun.inspect(error),
  ])
    expect(printed).not.toContain("OPENCODE_OFFLINE_ALLOW")
  expect(refused).toThrow(expect.objectContaining({ name: "OfflineError", code: "ERR_OPENCODE_OFFLINE" }))
})

test("the setting that a refusal names allows what was refused", () => {
  for (const [host, port] of [
    ["api.example", 443],
    ["2001:db8::1", 80],
    ["10.0.0.1", undefined],
  ] as const) {
    const message = OfflineError.forPerson(thrownBy(() => decide({ host, port, api: "node:net" })))
    const [, text = ""] = /OPENCODE_OFFLINE_ALLOW=(\S+),/.exec(message) ?? []
    const allowing = createDecide({
      policy: createPolicy([{ text, origin: "a test" }]),
      origin: "",
      userConfig: "",
    })
    expect(allowing({ host, port, api: "node:net" })).toBe(host)
  }
})

test("a refusal of what a project's file asks for says that such a file cannot allow it", () => {
  expect(() => decide({ host: "evil.example", port: 443, api: "fetch" })).toThrow(
    "/repo/opencode.json (mcp.x.url) asks for it, but may not allow anything",
  )
})

test("what is no host is refused, and so is a question to a name server about this machine", () => {
  expect(() => decide({ host: "a@b", port: 1, api: "node:http" })).toThrow(OfflineError)
  expect(() => decide({ host: "localhost", api: "dns.resolve", asksServer: true })).toThrow(
    "dns.lookup answers",
  )
})

test("who is told of a refusal hears of time, host, port and API", () => {
  const before = Date.now()
  expect(() => decide({ host: "a.example", port: 7, api: "fetch" })).toThrow(OfflineError)
  expect(denied).toEqual([
    {
      time: expect.any(Number),
      ...{ host: "a.example", port: 7, api: "fetch", rule: "default", origin: "--offline" },
    },
  ])
  const { time } = denied[0]!
  expect(before <= time && time <= Date.now()).toBe(true)
})

test("what decided is told: the entry that allows or asks in vain, where it stands, or that none does", () => {
  const told: unknown[] = []
  const tell = (event: string) => (attempt: Denial) => {
    const { host, port, api, rule, origin } = attempt
    told.push([event, host, port, api, rule, origin])
  }
  const options = {
    policy,
    origin: "--offline",
    userConfig: "",
    onDenied: tell("denied"),
    onAllowed: tell("allowed"),
  }
  const decide = createDecide(options)
  expect(decide({ host: "LLM.corp", port: 443, api: "fetch" })).toBe("llm.corp")
  expect(decide({ host: "a.localhost", port: 1, api: "fetch" })).toBe("127.0.0.1")
  for (const host of ["evil.example", "other.example"])
    expect(() => decide({ host, port: 443, api: "fetch" })).toThrow(OfflineError)
  expect(told).toEqual([
    ["allowed", "llm.corp", 443, "fetch", "llm.corp:443", "OPENCODE_OFFLINE_ALLOW"],
    ["allowed", "a.localhost", 1, "fetch", "loopback", "always"],
    ["denied", "evil.example", 443, "fetch", "evil.example:443", "/repo/opencode.json (mcp.x.url)"],
    ["denied", "other.example", 443, "fetch", "default", "--offline"],
  ])
})

test("what is thrown by who is told of a connection that is allowed is thrown in its place", () => {
  const onAllowed = () => {
    throw new OfflineError("the log cannot be written")
  }
  const decide = createDecide({ policy, origin: "", userConfig: "", onAllowed })
  expect(() => decide({ host: "llm.corp", port: 443, api: "fetch" })).toThrow("the log cannot be written")
})

function thrownBy(refused: () => unknown): OfflineError {
  try {
    refused()
  } catch (error) {
    return error as OfflineError
  }
  throw new Error("nothing was refused")
}
