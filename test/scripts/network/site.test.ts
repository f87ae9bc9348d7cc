import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, normalize } from "node:path"
import { listMeasured, readNetwork, writeNetwork } from "../../../scripts/network/data.ts"
import {
  compareReleases,
  hostsOf,
  isKnown,
  type MeasuredRelease,
  switchedOff,
} from "../../../scripts/network/site/facts.ts"
import { hostPath, releasePath } from "../../../scripts/network/site/frame.ts"
import { describeSwitched, readWords } from "../../../scripts/network/site/words.ts"
import { makePages, type Pages, writeSite } from "../../../scripts/network/site/write.ts"
import { cutOff, makeNetwork, makeTried } from "../../lib/network-data.ts"

const { review } = await readWords()
const titles = new Map([["run", "a question"]])

const older: MeasuredRelease = {
  name: "1.0.0",
  data: makeNetwork("1.0.0", {
    run: {
      stock: makeTried("models.example", "old.example", "stays.example"),
      switches: makeTried("stays.example"),
      OPENCODE_DISABLE_MODELS_FETCH: makeTried("old.example", "stays.example"),
    },
    serve: { stock: makeTried("models.example"), switches: makeTried("models.example") },
    tui: { stock: makeTried("only-here.example"), switches: cutOff },
  }),
}
const newer: MeasuredRelease = {
  name: "1.1.0",
  data: makeNetwork("1.1.0", {
    run: { stock: makeTried("models.example", "<new>.example", "stays.example"), offline: makeTried() },
    serve: { stock: makeTried("models.example"), offline: makeTried() },
    tui: { stock: cutOff, offline: cutOff },
  }),
}

describe("what a switch does", () => {
  const say = (host: string) => describeSwitched(switchedOff(older.data, "answer", host), titles)

  test("is said by its name, where one did it alone, and by the scenarios in which none did", () => {
    expect(say("models.example")).toBe("OPENCODE_DISABLE_MODELS_FETCH, in a question; nothing in serve")
  })

  test("is said of all together, where none that was thrown alone did it", () => {
    expect(say("old.example")).toBe("all 5 switches together")
  })

  test("is nothing, where the host is still tried", () => {
    expect(say("stays.example")).toBe("nothing of upstream's")
  })

  test("is not known, where the run with the switches was not measured", () => {
    expect(say("only-here.example")).toBe("not measured")
  })
})

test("what came and went is told of the scenarios that were measured of both releases", () => {
  expect(compareReleases(older, newer)).toEqual({
    from: "1.0.0",
    to: "1.1.0",
    came: ["<new>.example"],
    went: ["old.example"],
    more: [],
    less: [],
    compared: 2,
  })
})

test("what a run did not try that did not do its job is not told of", () => {
  const broken = structuredClone(older)
  broken.data.results.answer!.run!.stock = { ...makeTried("old.example"), job: "not done" }
  expect(compareReleases(broken, newer)).toMatchObject({ came: [], went: ["old.example"], more: [] })
  expect(compareReleases(newer, broken)).toMatchObject({ came: ["old.example"], went: [], less: [] })
  const cell = /only-here\.example<\/a><\/th><td>(.*?)<\/td>/s
  const front = makePages([broken, newer], { words: { hosts: {}, review }, titles }).get("index.html")!
  expect(front).toContain("1.0.0, a question: upstream&#x27;s did not do its job there")
  expect(/models\.example<\/a><\/th><td>(.*?)<\/td>/s.exec(front)![1]).toContain(">1<")
  expect(/stays\.example<\/a><\/th><td>(.*?)<\/td>/s.exec(front)![1]).toContain(">?<")
  expect(cell.exec(front)![1]).toContain(">1<")
})

test("that a host is not tried is known only where a scenario was done in which another release tries it", () => {
  const run = makeNetwork("1.0.0", { run: { stock: makeTried("a.example") }, tui: { stock: makeTried() } })
  const other = makeNetwork("1.1.0", {
    run: { stock: makeTried() },
    serve: { stock: makeTried("b.example") },
  })
  const both = [run, other].map((data): MeasuredRelease => ({ name: data.package.version, data }))
  expect(isKnown(both[1]!, "a.example", both)).toBe(true)
  expect(isKnown(both[0]!, "b.example", both)).toBe(false)
  run.results.answer!.serve = { stock: makeTried() }
  expect(isKnown(both[0]!, "b.example", both)).toBe(true)
  run.results.answer!.tui = { stock: cutOff }
  expect(isKnown(both[0]!, "b.example", both)).toBe(false)
})

test("a switch is not said to do what a run did not try that did not do its job", () => {
  const broken = structuredClone(older)
  broken.data.results.answer!.run!.switches = { ...makeTried(), job: "not done" }
  expect(switchedOff(broken.data, "answer", "stays.example")).toMatchObject({ gone: [], left: [] })
})

test("a host that is tried in other scenarios than before is told with these", () => {
  const moved = structuredClone(newer)
  moved.data.results.answer!.run!.stock = makeTried("old.example")
  moved.data.results.answer!.serve!.stock = makeTried("old.example", "models.example")
  expect(compareReleases(older, moved)).toMatchObject({
    came: [],
    went: ["stays.example"],
    more: [{ host: "old.example", scenarios: ["serve"] }],
    less: [{ host: "models.example", scenarios: ["run"] }],
  })
})

describe("the site", async () => {
  const pages = makePages([older, newer], { words: await readWords(), titles })

  test("has a page for each release and each host, and the review's", () => {
    const hosts = [older, newer].flatMap(({ data }) => [...hostsOf(data, "answer", "stock").keys()])
    expect(new Set(pages.keys())).toEqual(
      new Set(["index.html", "review.html", ...["1.0.0", "1.1.0"].map(releasePath), ...hosts.map(hostPath)]),
    )
    for (const host of hosts) expect(pages.get(hostPath(host))).toContain(Bun.escapeHTML(host))
  })

  test("names no address outside, and lets nothing run or be fetched", () => {
    expectClosed(pages)
  })

  test("has no part by the name of one that the audit's report hides on a phone", () => {
    for (const page of pages.values()) expect(page).not.toContain('id="hosts"')
  })

  test("has no link that leads nowhere", () => {
    expectLinked(pages)
  })

  test("escapes what was recorded", () => {
    for (const page of pages.values()) expect(page).not.toContain("<new>")
  })

  test("names every run that was not measured, on the first page and on the release's", () => {
    expect(pages.get("index.html")).toContain(
      "1.0.0, tui, as switches (answer): a time limit cut it off, twice",
    )
    expect(pages.get("index.html")).toContain("1.1.0, tui, as stock (answer): a time limit cut it off, twice")
    expect(pages.get(releasePath("1.1.0"))).toContain("not measured: a time limit cut it off, twice")
  })

  test("marks a host as unknown, not as untried, where a scenario of that release was not measured", () => {
    const row = /only-here\.example<\/a><\/th>(.*?)<\/tr>/s.exec(pages.get("index.html")!)![1]!
    const cells = [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell)
    expect(cells[0]).toContain(">1<")
    expect(cells[1]).toContain(">?<")
  })

  test("says of ours that it tried something, where it did", async () => {
    const bad = structuredClone(newer)
    bad.data.results.answer!.run!.offline = makeTried("models.example")
    const words = await readWords()
    const said = makePages([older, bad], { words, titles }).get("index.html")
    expect(pages.get("index.html")).toContain("offline, tried none, in 2 runs")
    expect(said).toContain("offline, tried 1 host, in 2 runs")
  })
})

describe("the site of what is committed", async () => {
  const names = await listMeasured()
  const releases = await Promise.all(names.map(async (name) => ({ name, data: (await readNetwork(name))! })))
  const pages = makePages(releases, { words: await readWords(), titles })

  test("asks for nothing, and every link leads to a page", () => {
    expectClosed(pages)
    expectLinked(pages)
  })

  test("says of every host what is there", async () => {
    const { hosts } = await readWords()
    const tried = releases.flatMap(({ data }) => [...hostsOf(data, "answer", "stock").keys()])
    for (const host of tried) expect(Object.keys(hosts)).toContain(host)
  })
})

describe("on disk", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "site-"))
    for (const { name, data } of [older, newer]) await writeNetwork(name, data, join(folder, "pins"))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test("the site is made anew from data alone", async () => {
    const out = join(folder, "out")
    expect(await writeSite(out, join(folder, "pins"))).toMatchObject({ releases: 2 })
    await writeFile(join(out, "hosts/gone.example.html"), "")
    await writeSite(out, join(folder, "pins"))
    expect(await Bun.file(join(out, "hosts/gone.example.html")).exists()).toBe(false)
    expect(await Bun.file(join(out, "index.html")).text()).toContain("1.1.0")
  })

  test("a folder that is something else is left alone, and without data there is no site", async () => {
    const other = join(folder, "other")
    await mkdir(other)
    await writeFile(join(other, "mine.txt"), "")
    expect(writeSite(other, join(folder, "pins"))).rejects.toThrow("The site cannot be put into")
    expect(writeSite(join(folder, "new"), other)).rejects.toThrow("nothing to make a site of")
    expect(await Bun.file(join(other, "mine.txt")).exists()).toBe(true)
  })
})

function expectClosed(pages: Pages): void {
  for (const [path, page] of pages) {
    expect(page.match(/\w+:\/\/|"\/\/|\burl\(|@import|<script|<img|<link|<iframe/g)).toBeNull()
    expect(page).toContain(`content="default-src &#x27;none&#x27;;`)
    expect(path).toMatch(/^[\w./~-]+$/)
  }
}

function expectLinked(pages: Pages): void {
  for (const [path, page] of pages)
    for (const [, link] of page.matchAll(/href="([^"#]+)"/g))
      expect([...pages.keys()]).toContain(normalize(join(dirname(path), link!)))
}
