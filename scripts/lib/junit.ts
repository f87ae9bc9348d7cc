import { readFile } from "node:fs/promises"
import { Failure } from "./errors.ts"

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/**
 * What a JUnit report of Bun's test runner says in its root.
 * @throws Failure when there is none
 */
export async function readCounts(report: string): Promise<TestCounts> {
  const xml = await readFile(report, "utf8").catch(() => "")
  const root = xml.match(/<testsuites [^>]*>/)?.[0]
  if (!root) {
    throw new Failure({
      what: "The test runner left no report",
      why: "it ended before the tests were done, or no test file matched",
      next: "npm test -- PATTERN with a part of a test file's path",
    })
  }
  const attribute = (name: string) => Number(root.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0)
  const failed = attribute("failures") + attribute("errors")
  const skipped = attribute("skipped")
  return { passed: attribute("tests") - failed - skipped, failed, skipped }
}
