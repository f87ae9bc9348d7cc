import { expect, test } from "bun:test"
import { OfflineError } from "../../offline/error.ts"
import { refusalBody, refusalText } from "../../offline/refusals.ts"

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

test("a refusal is found in the body that a server answers with, which holds the same sentence", () => {
  const refusal = new OfflineError("far.example:443 was blocked")
  const body = JSON.parse(JSON.stringify(refusalBody(new Error("failed", { cause: refusal }))))
  expect(body).toEqual({ name: "OfflineError", data: { message: refusal.message } })
  expect(refusalText(body)).toBe(refusal.message)
  expect(refusalText({ ...body, name: "UnknownError" })).toBeUndefined()
})
