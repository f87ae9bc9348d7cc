import { expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createReporter, logDenialsTo } from "../../offline/denials.ts"

test("denials go to the log that Effect's logger writes, in its form, also those from before it was there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "denials-"))
  try {
    const file = join(folder, "opencode.log")
    const report = createReporter(undefined, "/$bunfs/root/offline/")
    const denial = { time: 0, port: 443, api: "fetch" }
    report({ ...denial, host: "early.example" }, new Error())
    expect(logDenialsTo(file)).toBe(file)
    report({ ...denial, host: "a host" }, new Error())
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
