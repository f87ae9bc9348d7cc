import { readFile } from "node:fs/promises"
import { Failure } from "./errors.ts"

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Whether a run of Bun's test runner shows that all is well, and what it came to, for people. One in which nothing ran shows
 * nothing, so it is not; nor is one that ended with an error beside its tests.
 * @param exitCode undefined when a signal ended it
 */
export function outcomeOf(
  { passed, failed }: Pick<TestCounts, "passed" | "failed">,
  exitCode: number | undefined,
): { ran: boolean; held: boolean; text: string } {
  const ran = passed + failed > 0
  const broken = exitCode !== 0 && failed === 0
  const text = ran ? `${passed} of ${passed + failed} tests passed` : "no test ran"
  return {
    ran,
    held: ran && failed === 0 && exitCode === 0,
    text: ran && broken ? `${text}, but the test runner failed` : text,
  }
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

export interface FileTime {
  file: string
  seconds: number
}

/**
 * The test files that a JUnit report of Bun's test runner says took longest, at most `count`, none of them under a second.
 * The time of a file is from its start to its end, whatever ran beside it.
 */
export function slowestFiles(xml: string, count: number): FileTime[] {
  // Of a group of tests within a file it has the line, and the sum of times.
  const suites = xml.matchAll(/<testsuite name="([^"]*)" file="\1" (?!line=)[^>]* time="([\d.]+)"/g)
  return Array.from(suites, ([, file, seconds]) => ({ file: file!, seconds: Math.round(Number(seconds)) }))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
}
