import { expect, test } from "bun:test"
import { UNBAKED } from "../../../offline/baked.ts"
import { check } from "../../../offline/core/check.ts"
import { createPolicy } from "../../../offline/policy.ts"

const policy = createPolicy(
  [
    { text: "llm.corp:443", origin: "OPENCODE_OFFLINE_ALLOW" },
    { text: "*.db.corp", origin: "/etc/opencode/opencode.json (offline.allow)" },
  ],
  [{ text: "evil.example", origin: "/repo/opencode.json (offline.allow)" }],
)
const on = {
  origin: "--offline",
  policy,
  baked: UNBAKED,
  projectCode: "allow" as const,
  project: "/project",
  notes: [],
  logs: [],
  denied: [],
}
const env = { XDG_CONFIG_HOME: "/home/u/.config" }
const lockedState = { ...on, lockedBy: "this build" }

test("an allowed URL is answered with the entry that names it and where that stands", () => {
  expect(check("https://LLM.corp./v1", on, env)).toEqual({
    url: "https://llm.corp./v1",
    allowed: true,
    rule: "llm.corp:443",
    origin: "OPENCODE_OFFLINE_ALLOW",
    why: "llm.corp:443 is allowed (OPENCODE_OFFLINE_ALLOW)",
  })
  expect(check("postgres://u:p@a.db.corp:5432/x", on, env)).toMatchObject({
    allowed: true,
    rule: "*.db.corp",
  })
  expect(check("http://127.0.0.1:1/", on, env)).toMatchObject({ allowed: true, rule: "loopback" })
})

test("a denied URL is answered with the setting that would allow it", () => {
  const why = (url: string) => check(url, on, env)
  expect(why("https://api.example/")).toMatchObject({
    allowed: false,
    rule: null,
    origin: null,
    why: expect.stringContaining("OPENCODE_OFFLINE_ALLOW=api.example:443"),
  })
  expect(why("http://llm.corp/")).toMatchObject({ allowed: false })
  expect(why("https://evil.example/")).toMatchObject({
    allowed: false,
    origin: "/repo/opencode.json (offline.allow)",
    why: expect.stringContaining("asks for it, but may not allow anything"),
  })
})

test("in a locked build no setting is named, as none would do", () => {
  const { allowed, why } = check("https://evil.example/", lockedState, env)!
  expect(allowed).toBe(false)
  expect(why).toContain("Nothing else can allow it")
  expect(why).not.toContain("OPENCODE_OFFLINE_ALLOW")
})

test("an allowed URL behind a proxy that is not allowed is denied, and the proxy is named", () => {
  const proxied = { ...env, HTTPS_PROXY: "http://proxy.corp:3128" }
  expect(check("https://llm.corp/", on, proxied)).toMatchObject({
    allowed: false,
    why: expect.stringMatching(/HTTPS_PROXY to proxy\.corp:3128.*NO_PROXY/),
  })
  expect(check("https://llm.corp/", on, { ...proxied, NO_PROXY: "llm.corp" })).toMatchObject({
    allowed: true,
  })
  expect(on.denied).toEqual([])
})

test("online, everything is allowed, and it is said that the policy does not decide", () => {
  const off = { ...on, origin: undefined }
  expect(check("https://api.example/", off, env)).toMatchObject({
    allowed: true,
    why: expect.stringContaining("online"),
  })
})

test.each([
  "",
  "llm.corp",
  "llm.corp:443",
  "file:///etc/passwd",
  "postgres://llm.corp/x",
  "http://",
  "mailto:a@b",
])("what has no host or no port is no answer: %p", (text) => expect(check(text, on, env)).toBeUndefined())
