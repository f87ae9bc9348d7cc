import { describe, expect, test } from "bun:test"
import { outcomeOf } from "../../../scripts/lib/junit.ts"

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
