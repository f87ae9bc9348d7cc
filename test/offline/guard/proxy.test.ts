import { afterEach, describe, expect, test } from "bun:test"
import { addressed, createProxyCheck, holdProxies } from "../../../offline/guard/proxy.ts"
import { parseUrl } from "../../../offline/primordials.ts"
import { deciding, refusal } from "../../lib/guard.ts"

const EVIL = "http://evil.example:3128"
const refused = expect.objectContaining(refusal)
const check = (env: Record<string, string>, url: string, given?: string) =>
  createProxyCheck(env, deciding().decide)(parseUrl(url)!, given, "fetch")

describe("a proxy of the environment that is not allowed", () => {
  test.each([
    [{ HTTP_PROXY: EVIL }, "http://a.corp/"],
    [{ http_proxy: EVIL, HTTP_PROXY: "" }, "http://a.corp/"],
    [{ HTTPS_PROXY: EVIL }, "https://a.corp/"],
    [{ https_proxy: "evil.example" }, "https://a.corp/"],
    [{ HTTP_PROXY: "://" }, "http://a.corp/"],
    // The items name neither the host nor a domain that it lies in.
    [{ HTTP_PROXY: EVIL, NO_PROXY: "corp.example, xa.corp,b.a.corp" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "orp" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "a.corp:80" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "*.corp" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "a.*" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "127.0.0.0/8" }, "http://127.0.0.1/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "" }, "http://a.corp/"],
    // Releases differ in which of the two they read.
    [{ HTTP_PROXY: EVIL, NO_PROXY: "a.corp", no_proxy: "b.corp" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "b.corp", no_proxy: "a.corp" }, "http://a.corp/"],
  ] as [Record<string, string>, string][])("refuses with %p a request to %s", (env, url) => {
    expect(() => check(env, url)).toThrow(refused)
  })

  test.each([
    [{ HTTP_PROXY: EVIL }, "https://a.corp/"],
    [{ HTTPS_PROXY: EVIL }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "*" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "x, *" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "corp" }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: ".corp" }, "http://a.b.corp/"],
    [{ HTTP_PROXY: EVIL, no_proxy: " A.corp " }, "http://a.corp/"],
    [{ HTTP_PROXY: EVIL, NO_PROXY: "x,a.corp,y" }, "http://a.corp/"],
    [{ HTTP_PROXY: "http://ok.example:1" }, "http://a.corp/"],
    [{}, "http://a.corp/"],
  ] as [Record<string, string>, string][])("lets with %p a request to %s go on", (env, url) => {
    expect(() => check(env, url)).not.toThrow()
  })
})

test("a request's own proxy is decided on, whatever the environment exempts", () => {
  expect(() => check({ NO_PROXY: "*" }, "http://a.corp/", EVIL)).toThrow(refused)
  expect(() => check({ HTTP_PROXY: EVIL }, "http://a.corp/", "http://ok.example")).not.toThrow()
})

describe("a proxy that is set after the start", () => {
  const { env } = process
  afterEach(() => {
    process.env = env
  })
  const isAllowed = (proxy: string) => !proxy.includes("evil")

  /** As the runtime has it: what is assigned goes to native code. */
  function runtime(atStart: Record<string, string>) {
    const native: Record<string, string> = { ...atStart }
    process.env = {}
    for (const name of ["HTTP_PROXY", "NO_PROXY"])
      Object.defineProperty(process.env, name, {
        get: () => native[name],
        set: (value) => {
          native[name] = value
        },
        configurable: true,
        enumerable: true,
      })
    return { native, held: holdProxies(atStart, isAllowed) }
  }

  test("is held, also when the variable is taken away, and does not reach the runtime when it is not allowed", () => {
    const { native, held } = runtime({})
    process.env.HTTP_PROXY = EVIL
    expect([native.HTTP_PROXY, held.HTTP_PROXY, process.env.HTTP_PROXY]).toEqual([undefined, EVIL, EVIL])
    process.env.HTTP_PROXY = ""
    expect(held.HTTP_PROXY).toBe("")
    process.env.HTTP_PROXY = EVIL
    delete process.env.HTTP_PROXY
    expect(() => check(held as never, "http://a.corp/")).toThrow(refused)
  })

  test("reaches it when it is allowed, with localhost by its address", () => {
    const { native, held } = runtime({})
    process.env.HTTP_PROXY = "http://localhost:3128"
    process.env.NO_PROXY = "localhost"
    expect(native).toEqual({ HTTP_PROXY: "http://127.0.0.1:3128/", NO_PROXY: "localhost,127.0.0.1,[::1]" })
    expect(held.HTTP_PROXY).toBe("http://127.0.0.1:3128/")
  })

  test("no exemption changes where the runtime has one that is not allowed", () => {
    const { native, held } = runtime({ HTTP_PROXY: EVIL, NO_PROXY: "a.corp" })
    process.env.NO_PROXY = ""
    process.env.NO_PROXY = "b.corp"
    expect([native.NO_PROXY, held.NO_PROXY]).toEqual(["a.corp", "a.corp"])
    process.env.HTTP_PROXY = ""
    expect(native.HTTP_PROXY).toBe("")
  })

  test("is decided on where nothing of it is held, too, as in a runtime that reads it at each request", () => {
    process.env = { HTTP_PROXY: EVIL }
    expect(() => check({}, "http://a.corp/")).toThrow(refused)
    process.env = { HTTP_PROXY: EVIL, NO_PROXY: "a.corp" }
    expect(() => check({}, "http://a.corp/")).not.toThrow()
  })

  test("is none where what closes the way of an unguarded child was handed on", () => {
    expect(runtime({ HTTP_PROXY: "http://127.0.0.1:9/" }).native.HTTP_PROXY).toBe("")
  })
})

test("only a proxy at this machine's own names is spelt otherwise", () => {
  expect(addressed("http://u:p@LOCALHOST:1")).toBe("http://u:p@127.0.0.1:1/")
  for (const proxy of ["http://ok.example:1", "ok.example:1", ""]) expect(addressed(proxy)).toBe(proxy)
})
