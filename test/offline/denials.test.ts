import { expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createReporter, logDenialsTo } from "../../offline/denials.ts"

test("denials go to the log that Effect's logger writes, in its form, also those from before it was there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "denials-"))
  try {
    const file = join(folder, "opencode.log")
    const { onDenied } = createReporter({ logs: [], own: "/$bunfs/root/offline/", project: "" })
    const denial = { time: 0, port: 443, api: "fetch", rule: "default", origin: "--offline" }
    onDenied({ ...denial, host: "early.example" }, new Error())
    expect(logDenialsTo(file)).toBe(file)
    onDenied({ ...denial, host: "a host" }, new Error())
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n")
    const start = "timestamp=\\S+ level=WARN message=denied service=offline"
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${start} host=early\\.example port=443 api=fetch caller=`)),
      expect.stringMatching(new RegExp(`^${start} host="a host" port=443 api=fetch caller=`)),
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("of what is refused before there is a log, the first hundred are kept", async () => {
  // A copy of its own: the module keeps the log of its thread.
  const { createReporter, logDenials } = (await import(
    `../../offline/denials.ts?${"bound"}`
  )) as typeof import("../../offline/denials.ts")
  const { onDenied } = createReporter({ logs: [], own: "/own/", project: "" })
  const denial = { time: 0, port: 443, api: "fetch", rule: "default", origin: "--offline" }
  for (let index = 0; index < 150; index++) onDenied({ ...denial, host: `${index}.example` }, new Error())
  const logged: unknown[] = []
  logDenials(() => ({ warn: (_, { host }) => logged.push(host) }))
  expect(logged).toEqual(Array.from({ length: 100 }, (_, index) => `${index}.example`))
  onDenied({ ...denial, host: "later.example" }, new Error())
  expect(logged.slice(100)).toEqual(["later.example"])
})
