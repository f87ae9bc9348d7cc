import { afterEach, expect, test } from "bun:test"
import { defaultParsers } from "../../src/util/default-parsers"

const original = process.env.OPENCODE_DISABLE_PARSER_FETCH

afterEach(() => {
  if (original === undefined) delete process.env.OPENCODE_DISABLE_PARSER_FETCH
  else process.env.OPENCODE_DISABLE_PARSER_FETCH = original
})

test("no parser is fetched when OPENCODE_DISABLE_PARSER_FETCH is set", () => {
  for (const value of ["1", "true"]) {
    process.env.OPENCODE_DISABLE_PARSER_FETCH = value
    expect(defaultParsers(["python"])).toEqual([])
  }
})

test("all are without it", () => {
  process.env.OPENCODE_DISABLE_PARSER_FETCH = "0"
  expect(defaultParsers(["python"])).toEqual(["python"])
})
