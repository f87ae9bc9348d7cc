import { expect, test } from "bun:test"
import { EventEmitter } from "node:events"
import { guardRequest, nodeFetchLike } from "../../../offline/guard/carried.ts"
import { guardWs } from "../../../offline/guard/carried-ws.ts"
import { deciding, recording, refusal } from "../../lib/guard.ts"

const refused = expect.objectContaining(refusal)

test("undici's request is sent as it was decided on, with its query, and follows no redirect", async () => {
  const { native, calls } = recording("answer")
  const request = guardRequest(native, deciding().decide, () => {})
  expect(await request("http://OK.example/a?b#c", { query: { d: "e f" } })).toBe("answer")
  expect(calls.pop()).toEqual(["http://ok.example/a?d=e+f", { maxRedirections: 0 }])
  await request(new URL("http://localhost:9/"), { method: "POST" })
  const [address, { headers, ...more }] = calls.pop() as [string, { headers: Headers }]
  expect([address, more, headers.get("host")]).toEqual([
    "http://127.0.0.1:9/",
    { method: "POST", maxRedirections: 0 },
    "localhost:9",
  ])
  expect(request("http://evil.example/")).rejects.toMatchObject(refusal)
  expect(calls).toEqual([])
})

test("node-fetch goes through what it is given, and its responses are of its own class", async () => {
  class Own extends Response {}
  const { native, calls } = recording(Promise.resolve(new Response("x")))
  const response = await nodeFetchLike(native, Own as never)("http://a/", { method: "PUT" })
  expect(response).toBeInstanceOf(Own)
  expect(calls).toEqual([["http://a/", { method: "PUT" }]])
})

const made: unknown[][] = []
class Native extends EventEmitter {
  constructor(...args: unknown[]) {
    ;(args[2] as { before?: () => void } | undefined)?.before?.()
    super()
    made.push(args)
  }
}
const Guarded = guardWs(Native as never, deciding().decide) as unknown as new (...args: unknown[]) => Native

test("a ws is made where it was decided on, as a subclass too", () => {
  class Own extends Guarded {}
  expect(new Own("ws://OK.example/", ["a"], { headers: {} })).toBeInstanceOf(Own)
  expect(made.pop()).toEqual(["ws://ok.example/", ["a"], { headers: {}, agent: undefined }])
})

test.each([
  ["an address", ["ws://evil.example/"]],
  ["a proxy", ["ws://127.0.0.1/", { proxy: "http://evil.example" }]],
  ["an agent's proxy", ["ws://127.0.0.1/", { agent: { proxy: { href: "http://evil.example" } } }]],
  ["that of its options", ["ws://127.0.0.1/", [], { agent: { options: { proxy: "http://evil.example" } } }]],
  ["that of connectOpts", ["ws://127.0.0.1/", { agent: { connectOpts: { proxy: "http://evil.example" } } }]],
])("%s that is denied reaches no native code", (_, args) => {
  expect(() => new Guarded(...args)).toThrow(refused)
  expect(made).toEqual([])
})

test("the class itself makes none, not even while another is made", () => {
  expect(() => new Native("ws://evil.example/")).toThrow(refused)
  const During = new Proxy(class {}, {
    get: (target, key) => (key === "prototype" ? new Native("ws://evil.example/") : Reflect.get(target, key)),
  })
  expect(() => Reflect.construct(Guarded, ["ws://127.0.0.1/"], During)).toThrow(refused)
  const before = () => new Native("ws://evil.example/")
  expect(() => new Guarded("ws://127.0.0.1/", [], { before })).toThrow(refused)
  expect(made).toEqual([])
})
