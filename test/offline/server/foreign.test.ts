import { describe, expect, test } from "bun:test"
import { findForeign, isUpstreamsSite, type Own } from "../../../offline/server/foreign.ts"

const nothing = { host: undefined, origin: undefined, site: undefined, mode: undefined }
const own: Own = {
  hosts: new Set(["server.corp", "10.0.0.7", "ide.corp"]),
  everywhere: false,
  origins: new Set(["https://ide.corp"]),
}

const byHost = (host: string | undefined, more: Partial<Own> = {}) =>
  findForeign({ ...nothing, host }, { ...own, ...more })
const byOrigin = (origin: string, host = "server.corp:4096") => findForeign({ ...nothing, host, origin }, own)

describe("a request's Host", () => {
  test("is the server's own when it is loopback, an address or a name that it listens at, or one that was named", () => {
    for (const host of ["localhost:1", "a.localhost", "127.9.9.9:80", "[::1]:4096", "[::ffff:127.0.0.1]"])
      expect([host, byHost(host)]).toEqual([host, undefined])
    for (const host of ["server.corp", "SERVER.corp.:4096", "10.0.0.7:1", "ide.corp"])
      expect([host, byHost(host)]).toEqual([host, undefined])
  })

  test("is foreign when it is anything else, and when there is none", () => {
    const hosts = ["other.corp", "a.server.corp", "server.corp.evil.example", "10.0.0.8", "[fd00::7]"]
    const malformed = [
      "",
      ":80",
      "a:b",
      "localhost:123456",
      "localhost:80:80",
      "[::1",
      "u@localhost",
      "localhost/",
    ]
    for (const host of [...hosts, ...malformed, undefined])
      expect([host, byHost(host)]).toEqual([host, expect.stringContaining("Host")])
  })

  test("may be any address, but no other name, of a server that listens at every address", () => {
    for (const host of ["10.9.9.9:4096", "[fd00::7]:4096"])
      expect(byHost(host, { everywhere: true })).toBeUndefined()
    expect(byHost("other.corp", { everywhere: true })).toBe('the Host "other.corp"')
  })
})

describe("a request's Origin", () => {
  test("is the server's own when it is loopback, the host that was asked, a desktop application, or named", () => {
    for (const origin of [
      ...["http://localhost:3000", "http://127.0.0.1:1", "http://[::1]:4096", "https://tauri.localhost"],
      ...["tauri://localhost", "oc://renderer", "https://ide.corp", "http://server.corp:4096"],
    ])
      expect([origin, byOrigin(origin)]).toEqual([origin, undefined])
    expect(byOrigin("http://server.corp", "server.corp:80")).toBeUndefined()
    expect(byOrigin("https://server.corp", "server.corp")).toBeUndefined()
  })

  test("is foreign when it is another name, another port of a name, or none", () => {
    for (const origin of [
      ...["https://evil.example", "http://server.corp:4097", "http://ide.corp", "https://ide.corp:8443"],
      ...["null", "", "file://", "ftp://localhost", "tauri://evil", "http://localhost.evil.example"],
      ...["https://ide.corp.evil.example", "http://", "http://server.corp:4096@evil.example"],
    ])
      expect([origin, byOrigin(origin)]).toEqual([origin, `the Origin ${JSON.stringify(origin)}`])
  })
})

test("a page of another site may be led here, but may load nothing from here", () => {
  const site = (site: string, mode: string) => findForeign({ ...nothing, host: "localhost", site, mode }, own)
  expect(site("cross-site", "navigate")).toBeUndefined()
  expect(site("same-origin", "cors")).toBeUndefined()
  for (const mode of ["no-cors", "cors", "websocket", ""])
    expect(site("cross-site", mode)).toContain("another site")
})

test("upstream's own site is known by its name, and may be named", () => {
  for (const origin of ["https://opencode.ai", "https://app.opencode.ai", "https://a.b.opencode.ai:444"])
    expect([origin, isUpstreamsSite(origin, own)]).toEqual([origin, true])
  for (const origin of [undefined, "null", "https://opencode.ai.evil.example", "https://myopencode.ai"])
    expect([origin, isUpstreamsSite(origin, own)]).toEqual([origin, false])
  const named = { ...own, origins: new Set(["https://app.opencode.ai"]) }
  expect(isUpstreamsSite("https://app.opencode.ai", named)).toBe(false)
})
