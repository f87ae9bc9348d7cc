import { describe, expect, test } from "bun:test"
import { outcomeOf, slowestFiles } from "../../../scripts/lib/junit.ts"

describe("what a run of tests came to", () => {
  test("is good when tests ran and all passed", () => {
    const counts = { passed: 7, failed: 0 }
    expect(outcomeOf(counts, 0)).toEqual({ ran: true, held: true, text: "7 of 7 tests passed" })
  })

  test("is not when one failed, whatever the exit code is", () => {
    expect(outcomeOf({ passed: 6, failed: 1 }, 0)).toMatchObject({ held: false, text: "6 of 7 tests passed" })
  })

  test("is not when the runner failed or was killed, though each test passed", () => {
    for (const exitCode of [1, undefined]) {
      const { held, text } = outcomeOf({ passed: 7, failed: 0 }, exitCode)
      expect({ held, text }).toEqual({ held: false, text: "7 of 7 tests passed, but the test runner failed" })
    }
  })

  test("is not when nothing ran", () => {
    for (const exitCode of [0, 1])
      expect(outcomeOf({ passed: 0, failed: 0 }, exitCode)).toMatchObject({ ran: false, held: false })
  })
})

test("the slowest files are told by the time of each as a whole, not of its groups, and none that took no time", () => {
  const xml = `<testsuites name="bun test" tests="9" time="70">
  <testsuite name="test/a.test.ts" file="test/a.test.ts" tests="3" failures="0" time="12.6" hostname="vm">
    <testsuite name="a group" file="test/a.test.ts" line="1" tests="2" failures="0" time="99" hostname="vm">
      <testcase name="one" classname="a group" time="98" file="test/a.test.ts" line="2" />
    </testsuite>
  </testsuite>
  <testsuite name="test/b.test.ts" file="test/b.test.ts" tests="3" failures="0" time="30" hostname="vm" />
  <testsuite name="test/c.test.ts" file="test/c.test.ts" tests="3" failures="0" time="2" hostname="vm" />
  <testsuite name="test/d.test.ts" file="test/d.test.ts" tests="3" failures="0" time="0.2" hostname="vm" />
</testsuites>`
  const [b, a, c] = [
    { file: "test/b.test.ts", seconds: 30 },
    { file: "test/a.test.ts", seconds: 13 },
    { file: "test/c.test.ts", seconds: 2 },
  ]
  expect(slowestFiles(xml, 2)).toEqual([b!, a!])
  expect(slowestFiles(xml, 9)).toEqual([b!, a!, c!])
})
