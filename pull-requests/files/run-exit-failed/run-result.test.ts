import { afterEach, expect, test } from "bun:test"
import { checkResult } from "../../src/cli/cmd/run-result"

afterEach(() => {
  process.exitCode = 0
})

test("run fails when its request failed", () => {
  checkResult({ error: { name: "BadRequest" } })
  expect(process.exitCode).toBe(1)
})

test("run fails when the model's answer is an error", () => {
  checkResult({ data: { info: { error: { name: "APIError" } } } })
  expect(process.exitCode).toBe(1)
})

test("run succeeds when there is an answer", () => {
  process.exitCode = 0
  checkResult({ data: { info: {} } })
  expect(process.exitCode).toBe(0)
})
