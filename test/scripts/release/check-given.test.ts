import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Failure } from "../../../scripts/lib/errors.ts"
import { checkGiven } from "../../../scripts/release/check-given.ts"
import { makeReport, makeResult } from "../../lib/audit-report.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "check-given-"))
  await writeFile(join(folder, "text"), "no report")
  await writeFile(join(folder, "report.json"), JSON.stringify(makeReport([makeResult("offline", "one")])))
})
afterAll(() => rm(folder, { recursive: true }))

const refusalOf = (audit: string | undefined, imageBase: string | undefined) =>
  checkGiven({ audit: audit && join(folder, audit), imageBase: imageBase && join(folder, imageBase) }).then(
    () => undefined,
    (error) => error,
  )

test.each([
  [
    "a report that is not there",
    "missing.json",
    undefined,
    /missing\.json cannot be read[\s\S]*npm run audit/,
  ],
  ["a report that is no JSON", "text", undefined, /text is no report of an audit\n.*not JSON/],
  ["a base that is not there", undefined, "missing", /cannot be put on .*missing[\s\S]*--image-base/],
])("%s is refused ahead of a build", async (_, audit, imageBase, message) => {
  const refusal = await refusalOf(audit, imageBase)
  expect(refusal).toBeInstanceOf(Failure)
  expect(refusal.message).toMatch(message)
})

test("what is there, and nothing at all, is taken", async () => {
  expect(await refusalOf("report.json", ".")).toBeUndefined()
  expect(await refusalOf(undefined, undefined)).toBeUndefined()
})
