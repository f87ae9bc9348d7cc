import { describe, expect, test } from "bun:test"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { nameSite, printSitesTable, stateSites } from "../../../scripts/audit/sites-table.ts"
import { findGroup, readSiteGroups } from "../../../scripts/pins/connect-sites.ts"
import { findConnectSites } from "../../../scripts/upstream/connect-sites.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const ROOT = join(import.meta.dirname, "../../..")

const find = (text: string) =>
  findConnectSites({
    modules: [sampleModule({ name: "/$bunfs/root/chunk-1.js", contents: Buffer.from(`// @bun\n${text}`) })],
  })

describe("a place that connects", () => {
  const computed = "${"
  test.each([
    ["fetch(a)", "fetch"],
    ["globalThis.fetch(new Request(a))", "fetch"],
    [`fetch(\`${computed}base}/path\`)`, "fetch"],
    ["new WebSocket(a)", "WebSocket"],
    ["new globalThis.WebSocket(a.url,{})", "WebSocket"],
    ["new EventSource(a)", "EventSource"],
    ['import a from"http";a.request(b)', "http.request"],
    ['import * as a from "node:https";a.get(b)', "https.get"],
    ['import{request as a,get}from"https";a(b)', "https.request"],
    ['import{connect}from"node:net";connect(b)', "net.connect"],
    ['var a=q(w("net"));(0,a.createConnection)(b)', "net.createConnection"],
    ['var a=w("tls");a.default.connect(b)', "tls.connect"],
    ['var a=w("http"),b=w("https");(c?a:b).request(d)', "http.request"],
    ['import a from"http2";a.connect(b)', "http2.connect"],
  ])("is in %p", (text, calls) => {
    expect(find(text)).toMatchObject([{ calls, module: "/$bunfs/root/chunk-1.js" }])
  })

  test.each([
    [
      "whose host stands there",
      `fetch("https://a.example/x");new WebSocket(\`wss://a.example/${computed}b}\`)`,
    ],
    [
      "of another object",
      'a.fetch(b);class C{fetch(a){}};a.request(b);import c from"http";c.createServer(d)',
    ],
    ["in a text", '"fetch(a)"'],
  ])("is no call %s", (_, text) => {
    expect(find(text)).toEqual([])
  })
})

describe("what is said of a place", () => {
  const [near, far, beside] = [
    { what: "near", names: ["inner"], why: "because it is near" },
    { what: "far", names: ["outer", "some/path"], why: "because it is far" },
    { what: "beside", names: ["other"], why: "because it is beside" },
  ]
  const groups = [far!, near!, beside!]

  test("is that of the group whose name stands nearest to it, as a whole word", () => {
    const [first, second, third, ...rest] = find(
      `function outer(){a.inner=fetch(b)};function outer2(){fetch(b)};fetch(c+"/some/path")`,
    )
    expect(rest).toEqual([])
    expect([first, second, third].map((site) => findGroup(site!.around, groups))).toEqual([
      near,
      undefined,
      far,
    ])
  })

  test("is printed with how many there are, and nothing of groups that have none", () => {
    const sites = stateSites(find("a.inner=[fetch(b),fetch(c),new WebSocket(d)]"), groups)
    const table = printSitesTable(sites, groups).split("\n").slice(2)
    expect(table).toEqual(["| near | `WebSocket` 1, `fetch` 2 | because it is near |"])
  })

  test("is not there where no name is known, and the place is named by what is around it", () => {
    const [{ site, group }] = stateSites(find("async function downloadThings(){fetch(a)}"), groups) as [never]
    expect(group).toBeUndefined()
    expect(nameSite(site)).toBe("fetch in /$bunfs/root/chunk-1.js, near downloadThings")
  })

  test("names scenarios of the audit", async () => {
    const scenarios = (await readdir(join(ROOT, "audit/scenarios"))).map((name) => name.replace(/\.ts$/, ""))
    const named = (await readSiteGroups()).flatMap(({ why }) => why.match(/(?<=`)[\w-]+(?=`)/g) ?? [])
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !scenarios.includes(name))).toEqual([])
  })
})
