import { afterEach, expect, test } from "bun:test"
import { Flag } from "@/flag/flag"
import { hostedError, refuseHosted } from "../../src/cli/hosted"

const flags = Flag as unknown as Record<string, unknown>
const original = flags.OPENCODE_DISABLE_HOSTED

afterEach(() => {
  flags.OPENCODE_DISABLE_HOSTED = original
  process.exitCode = 0
})

test("a command that needs a hosted service fails, and names the flag", () => {
  flags.OPENCODE_DISABLE_HOSTED = true
  expect(hostedError("Sharing")?.message).toBe("Sharing is disabled by OPENCODE_DISABLE_HOSTED")
  expect(refuseHosted("Upgrading")).toBe(true)
  expect(process.exitCode).toBe(1)
})

test("nothing is refused without the flag, which is off", () => {
  expect(original).toBe(false)
  flags.OPENCODE_DISABLE_HOSTED = false
  expect(hostedError("Sharing")).toBe(undefined)
  expect(refuseHosted("Upgrading")).toBe(false)
})
