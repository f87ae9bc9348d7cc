import { expect, test } from "bun:test"
import { OfflineError } from "../../offline/error.ts"
import { refusalText } from "../../offline/refusals.ts"

test("a refusal is found in the causes of an error", () => {
  const refusal = new OfflineError("far.example:443 was blocked")
  expect(refusalText(refusal)).toBe(refusal.message)
  const wrapped = new Error("failed", { cause: new Error("no transport", { cause: refusal }) })
  expect(refusalText(wrapped)).toBe(refusal.message)
})

test("another error has no refusal, not even one that is its own cause", () => {
  const error = new Error("failed")
  error.cause = error
  for (const other of [error, undefined, "far.example:443 was blocked", { cause: new OfflineError("x") }])
    expect(refusalText(other)).toBeUndefined()
})
