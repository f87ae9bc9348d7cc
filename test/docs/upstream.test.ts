import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { makePage, PAGE } from "../../scripts/pr/doc-tables.ts"
import { readPullRequests } from "../../scripts/pr/read-pull-requests.ts"

test("the tables of docs/upstream.md are those of the pull requests and of the data", async () => {
  const requests = await readPullRequests()
  // When they differ: npm run pr -- --write-docs
  const text = await readFile(PAGE, "utf8")
  expect(text).toBe(await makePage(requests))
  for (const { name } of requests) expect(text).toContain(`| \`${name}\` |`)
  expect(makePage(requests.slice(1))).rejects.toThrow("names a pull request that is not there")
})
