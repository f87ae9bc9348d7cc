import { expect, test } from "bun:test"
import { once } from "../../offline/primordials.ts"

/** How often the answer to each text was made. */
function counting() {
  const made: Record<string, number> = {}
  const read = once((text) => {
    made[text] = (made[text] ?? 0) + 1
    return text.length
  })
  return { made, read }
}

test("an answer is made once", () => {
  const { made, read } = counting()
  expect([read("a"), read("bb"), read("a")]).toEqual([1, 2, 1])
  expect(made).toEqual({ a: 1, bb: 1 })
})

test("an answer to a long text is not kept, and of many answers no more than some are", () => {
  const { made, read } = counting()
  const long = "x".repeat(257)
  for (const _ of [1, 2]) read(long)
  expect(made[long]).toBe(2)
  read("first")
  for (let number = 0; number < 300; number++) read(`${number}`)
  read("first")
  expect(made.first).toBe(2)
})
