import { describe, expect, test } from "bun:test"
import { guardFetch } from "../../../offline/guard/fetch.ts"
import { proxyOf, readProxy, snapshotInit } from "../../../offline/guard/fetch-input.ts"
import { deciding, refusal } from "../../lib/guard.ts"

type Sent = [address: string | Request, init: Record<string, unknown>]

/** A guarded `fetch` over a native one that answers with what it is given, in turn. */
function over(...answers: Response[]) {
  return overOn(process.platform, ...answers)
}

function overOn(platform: NodeJS.Platform, ...answers: Response[]) {
  const sent: Sent[] = []
  const native = async (...args: Sent) => {
    sent.push(args)
    return answers.shift() ?? new Response("done")
  }
  const proxies: unknown[] = []
  const { decide } = deciding()
  const guarded = guardFetch(native as never, decide, (_, given) => void proxies.push(given), { platform })
  return { guarded: guarded as (input: unknown, init?: unknown) => Promise<Response>, sent, proxies }
}
const redirect = (status: number, location: string) => new Response(null, { status, headers: { location } })

test("what is sent is what was decided on, in its canonical spelling", async () => {
  const { guarded, sent } = over()
  for (const input of [
    "http://OK.example./a",
    new URL("http://ok.example/a"),
    { toString: () => "http://ok.example/a" },
  ])
    await guarded(input)
  expect(sent.map(([address]) => address)).toEqual(Array(3).fill("http://ok.example/a"))
})

describe("a socket that does not open", () => {
  const notOpened = Object.assign(new Error("Was there a typo?"), { code: "FailedToOpenSocket" })
  const refused = Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" })
  const failing = (error: Error, loopback: "own" | "any") => {
    const { decide, explainPort, denied } = deciding({ loopback })
    const guarded = guardFetch((() => Promise.reject(error)) as never, decide, () => {}, { explainPort })
    return { asked: (url: string, init = {}) => guarded(url, init as RequestInit).catch(String), denied }
  }

  test("is kernel mode's refusal where the port is this machine's and no entry names it", async () => {
    const { asked, denied } = failing(notOpened, "own")
    expect(await asked("http://127.0.0.1:9/")).toContain("127.0.0.1:9 was blocked")
    expect(await asked("http://[::1]/")).toContain("[::1]:80 was blocked")
    expect(await asked("http://localhost:9/", { redirect: "manual" })).toContain("localhost:9 was blocked")
    expect(denied.map(({ host, port }) => [host, port])).toEqual([
      ["127.0.0.1", 9],
      ["::1", 80],
      ["localhost", 9],
    ])
  })

  test("is what Bun says of it everywhere else", async () => {
    const { asked, denied } = failing(notOpened, "own")
    expect(await asked("http://127.0.0.1:8/")).toContain("a typo")
    expect(await asked("http://ok.example/")).toContain("a typo")
    expect(await asked("http://127.0.0.1:9/", { unix: "/run/a" })).toContain("a typo")
    expect(await failing(notOpened, "any").asked("http://127.0.0.1:9/")).toContain("a typo")
    expect(await failing(refused, "own").asked("http://127.0.0.1:9/")).toContain("Unable to connect")
    expect(denied).toEqual([])
  })
})

test("localhost is dialled by its address, with its name in the header and for TLS", async () => {
  const { guarded, sent } = over()
  const { url } = await guarded("https://app.localhost:9/a", { headers: { a: "b" } })
  const [[address, init]] = sent as [Sent]
  const { serverName, checkServerIdentity } = init.tls as { serverName: string; checkServerIdentity: unknown }
  expect([address, url, serverName, typeof checkServerIdentity]).toEqual([
    "https://127.0.0.1:9/a",
    "https://app.localhost:9/a",
    "app.localhost",
    "function",
  ])
  expect(Object.fromEntries(init.headers as Headers)).toEqual({ a: "b", host: "app.localhost:9" })
})

test.each([
  ["a name", "http://evil.example/"],
  ["a Request", new Request("http://evil.example/")],
  ["an URL", new URL("http://evil.example/")],
  ["userinfo that looks like a host", "http://ok.example@evil.example/"],
  ["another scheme", "s3://ok.example/"],
])("%s that is denied reaches no native code", async (_, input) => {
  const { guarded, sent } = over()
  expect(guarded(input)).rejects.toMatchObject(refusal)
  expect(sent).toEqual([])
})

test("on Windows a pipe of this machine is let through, and one of another machine is decided on", async () => {
  const [windows, linux] = [overOn("win32"), overOn("linux")]
  for (const unix of ["\\\\.\\pipe\\docker_engine", "//./pipe/a", "\\\\ok.example\\pipe\\a", "C:\\a.sock"])
    await windows.guarded("http://localhost/", { unix })
  expect(windows.sent.map(([, { unix }]) => unix)).toHaveLength(4)
  for (const unix of ["\\\\evil.example\\pipe\\a", "//evil.example/pipe/a"]) {
    expect(windows.guarded("http://localhost/", { unix })).rejects.toMatchObject(refusal)
    await linux.guarded("http://localhost/", { unix })
  }
  expect([windows.sent.length, linux.sent.length]).toEqual([4, 2])
})

test("what is no URL is the error that it was", () => {
  expect(over().guarded("no url")).rejects.toMatchObject({ name: "TypeError", code: "ERR_INVALID_URL" })
})

describe("a redirect", () => {
  test("is decided on", async () => {
    const { guarded, sent } = over(redirect(302, "http://evil.example/"))
    expect(guarded("http://ok.example/")).rejects.toMatchObject(refusal)
    expect(sent).toHaveLength(1)
  })

  test("is followed as the standard says", async () => {
    const { guarded, sent } = over(redirect(303, "/b"), redirect(307, "http://127.0.0.1/c"))
    const init = { method: "POST", body: "x", headers: { authorization: "y", "content-type": "z" } }
    const { redirected } = await guarded("http://ok.example/a", init)
    expect(redirected).toBe(true)
    expect(sent.map(([address, { method }]) => [address, method])).toEqual([
      ["http://ok.example/a", "POST"],
      ["http://ok.example/b", "GET"],
      ["http://127.0.0.1/c", "GET"],
    ])
    const fields = sent.map(([, { headers }]) =>
      Object.keys(Object.fromEntries(new Headers(headers as Headers))),
    )
    expect(fields.slice(1)).toEqual([["authorization"], []])
  })

  test("is followed as often as Bun does, and no more", async () => {
    const { guarded, sent } = over(...Array.from({ length: 200 }, () => redirect(302, "/again")))
    await expect(guarded("http://ok.example/")).rejects.toMatchObject({ code: "TooManyRedirects" })
    expect(sent).toHaveLength(127)
  })

  test("leads nowhere but to http", async () => {
    for (const location of ["file:///etc/passwd", "ftp://ok.example/"])
      expect(over(redirect(301, location)).guarded("http://ok.example/")).rejects.toMatchObject({
        code: "UnsupportedRedirectProtocol",
      })
  })

  test("is left to the caller who asks for that", async () => {
    const { guarded, sent } = over(redirect(302, "http://evil.example/"))
    expect((await guarded("http://ok.example/", { redirect: "manual" })).status).toBe(302)
    expect(sent[0]?.[1].redirect).toBe("manual")
  })
})

test("options are read once, what they inherit included, but not what all objects have", () => {
  let reads = 0
  const changing = {
    get proxy() {
      return reads++ === 0 ? "http://ok.example" : "http://evil.example"
    },
  }
  expect(proxyOf(snapshotInit(changing))).toBe("http://ok.example")
  expect(proxyOf(snapshotInit(Object.create({ proxy: "http://a" })))).toBe("http://a")
  expect(proxyOf(snapshotInit(Object.assign(() => {}, { proxy: "http://a" })))).toBe("http://a")
  expect(snapshotInit({ unix: ["/a"] }).unix).toBe("/a")
  expect(proxyOf(snapshotInit({ proxy: new URL("http://localhost:1") }))).toBe("http://127.0.0.1:1/")
  expect(Object.getPrototypeOf(snapshotInit(undefined))).toBeNull()
})

test("a proxy is read as native code takes it", () => {
  for (const none of [undefined, null, "", 0, {}]) expect(readProxy(none)).toBeUndefined()
  expect(readProxy(new URL("http://a"))).toBe("http://a/")
  expect(readProxy({ url: new URL("http://a"), headers: 1 })).toEqual({
    url: "http://a/",
    headers: 1,
  } as never)
  expect(Object.isFrozen(readProxy({ url: "http://a" }))).toBe(true)
})
