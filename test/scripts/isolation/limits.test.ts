import { afterEach, expect, test } from "bun:test"
import {
  describeLimit,
  parseScale,
  readLimits,
  SCALE_VARIABLE,
  setScale,
} from "../../../scripts/isolation/limits.ts"

const before = process.env[SCALE_VARIABLE]
afterEach(() => {
  if (before === undefined) delete process.env[SCALE_VARIABLE]
  else process.env[SCALE_VARIABLE] = before
})

test("every limit is multiplied by the scale, a watch window too", () => {
  setScale(1)
  const fast = readLimits(1000)
  setScale(2.5)
  expect(readLimits(1000)).toEqual({
    scale: 2.5,
    idleMs: fast.idleMs * 2.5,
    capMs: fast.capMs * 2.5,
    graceMs: fast.graceMs * 2.5,
    windowMs: 2500,
  })
})

test.each(["", "0.5", "-1", "fast", "Infinity"])("%j is no scale", (text) => {
  expect(() => parseScale(text)).toThrow("it is a number from 1 on")
  process.env[SCALE_VARIABLE] = text
  expect(() => readLimits()).toThrow(SCALE_VARIABLE)
})

test("a limit says what happened, the scale, and how to set it", () => {
  const limits = { scale: 2.333, idleMs: 90_000, capMs: 1, graceMs: 1 }
  expect(describeLimit("idle", limits, 'waiting for "Ask anything" on the screen')).toBe(
    'time limit: nothing happened for 90 s while waiting for "Ask anything" on the screen (scale 2.33; --slow N or TIME_SCALE=N sets it)',
  )
})
