import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { giveBackExecutable } from "../../../offline/kernel/footprint.ts"

/** Kilobytes of files that this process has in memory. */
function ofFiles(): number {
  return Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1])
}

test.skipIf(process.platform !== "linux")("pages of the executable are given back, and it goes on", () => {
  const before = ofFiles()
  giveBackExecutable()
  expect(ofFiles()).toBeLessThan(0.7 * before)
})
