import { expect, test } from "bun:test"
import type { ClientRequest } from "node:http"
import { judgeRequest } from "../../../offline/guard/http.ts"
import { agentShownAs, showAgent } from "../../../offline/guard/http-agent.ts"
import { fixTarget, goesTo, readHttpTarget, sendTo } from "../../../offline/guard/http-target.ts"
import { deciding, refusal } from "../../lib/guard.ts"

/** A request as the runtime has it: its parts under symbols. */
function made(parts: Record<string, unknown>) {
  const tls: Record<string, unknown> = {}
  const headers: Record<string, string> = {}
  const state = { protocol: "http:", host: "a.example", port: 80, path: "/", useDefaultPort: true, ...parts }
  const request = {
    _ensureTls: () => tls,
    getHeader: (name: string) => headers[name],
    setHeader: (name: string, value: string) => {
      headers[name] = value
    },
  } as unknown as ClientRequest
  for (const [name, value] of Object.entries(state)) Object.assign(request, { [Symbol(name)]: value })
  return { request, tls, headers }
}
const target = (parts: Record<string, unknown>) => readHttpTarget(made(parts).request)

test("the address is built as the runtime builds it", () => {
  expect(target({})).toEqual({ local: false, url: "http://a.example/", proxy: undefined })
  expect(target({ host: "::1", port: 81, useDefaultPort: false, protocol: "https:" })).toMatchObject({
    url: "https://[::1]:81/",
  })
  expect(target({ path: "http://b.example/c" })).toMatchObject({
    url: "http://b.example/c",
    proxy: "http://a.example",
    isProxy: true,
  })
  expect(target({ agent: showAgent({ proxy: "http://p.example" }) })).toMatchObject({
    proxy: "http://p.example",
  })
  expect(target({ socketPath: "/a.sock" })).toEqual({ local: true, path: "/a.sock" })
})

test("on Windows a pipe of this machine is let through, and one of another machine is decided on", () => {
  const { decide } = deciding()
  const judge = (socketPath: string, platform: NodeJS.Platform) =>
    judgeRequest(made({ socketPath }).request, decide, () => {}, platform)
  for (const path of ["\\\\.\\pipe\\docker_engine", "//./pipe/a", "\\\\ok.example\\pipe\\a"])
    expect(judge(path, "win32")).toBeUndefined()
  for (const path of [
    "\\\\evil.example\\pipe\\a",
    "//evil.example/pipe/a",
    "//./",
    "//./pipe/../unc/evil.example",
  ]) {
    expect(() => judge(path, "win32")).toThrow(expect.objectContaining(refusal))
    expect(judge(path, "linux")).toBeUndefined()
  }
})

test.each([
  ["host", "127.0.0.1@evil.example"],
  ["host", { toString: () => "a.example" }],
  ["path", "@evil.example/"],
  ["path", "http://a.example@evil.example/"],
  ["path", { startsWith: () => true }],
  ["port", "80@evil.example"],
  ["port", 70000],
  ["protocol", "ftp:"],
  ["socketPath", true],
  ["socketPath", 1],
  ["socketPath", {}],
  ["socketPath", ["/a"]],
  ["agent", { proxy: "http://p.example" }],
  ["options", { lookup() {} }],
])("a request whose %s is %p is refused", (part, value) => {
  expect(() => target({ [part]: value, ...(part === "port" && { useDefaultPort: false }) })).toThrow(
    expect.objectContaining(refusal),
  )
})

test("it is sent to another spelling with its own name in the header and for TLS", () => {
  const { request, tls, headers } = made({
    host: "localhost",
    protocol: "https:",
    port: 8,
    useDefaultPort: false,
  })
  sendTo(request, "127.0.0.1")
  expect(goesTo(request, "127.0.0.1")).toBe(true)
  expect([headers, tls.servername]).toEqual([{ Host: "localhost:8" }, "localhost"])
})

test("once it is fixed, no part of it changes", () => {
  const { request } = made({})
  fixTarget(request)
  for (const symbol of Object.getOwnPropertySymbols(request))
    expect(
      Reflect.set(request, symbol, "evil") || Reflect.defineProperty(request, symbol, { value: 1 }),
    ).toBe(false)
})

test("an agent is read once, and what native code is shown of it does not change", () => {
  let reads = 0
  const agent = {
    get proxy() {
      return reads++ === 0 ? "http://ok.example" : "http://evil.example"
    },
  }
  const shown = showAgent(agent)!
  expect([shown.proxy, showAgent(shown), agentShownAs(shown)]).toEqual(["http://ok.example", shown, agent])
  expect(Object.isFrozen(shown)).toBe(true)
  const failing = Object.defineProperty({}, "proxy", {
    get() {
      throw new Error("no")
    },
  })
  expect(() => showAgent(failing)).toThrow(expect.objectContaining(refusal))
})
