import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { findersOf, isAsStated } from "../../scripts/pr/check-tree.ts"
import { makePage, PAGE } from "../../scripts/pr/doc-tables.ts"
import { readCounted } from "../../scripts/pr/finder-table.ts"
import { readPullRequests } from "../../scripts/pr/read-pull-requests.ts"

test("the tables of docs/upstream.md are those of the pull requests and of the data", async () => {
  const requests = await readPullRequests()
  // When they differ: npm run pr -- --write-docs
  const text = await readFile(PAGE, "utf8")
  expect(text).toBe(await makePage(requests))
  for (const { name } of requests) expect(text).toContain(`| \`${name}\` |`)
  expect(makePage(requests.slice(1))).rejects.toThrow("names a pull request that is not there")
})

test("each finder was counted in a file of upstream's, and finds there what it states", async () => {
  // One that was changed since has to be counted anew (npm run pr -- --check-tree FOLDER), or its line goes.
  const requests = await readPullRequests()
  const { vintages } = await readCounted()
  for (const vintage of ["effect", "namespaces"] as const) {
    const known = (await findersOf(requests, vintage)).map(({ of, what, file, places }) =>
      [of, file, what, [places].flat().join(" to ")].join(": "),
    )
    const { whole, readThrough } = vintages[vintage]
    const counted = [...whole, ...readThrough].flatMap(({ file, finders }) =>
      finders.map((one) => ({ ...one, line: [one.of, file, one.what, one.states].join(": ") })),
    )
    expect(counted.filter((one) => !isAsStated(one))).toEqual([])
    const lines = new Set(counted.map(({ line }) => line))
    expect([...lines.difference(new Set(known))]).toEqual([])
    // What goes to upstream was counted in its own files, all of it; of the series, a new one may still wait.
    expect([...new Set(known).difference(lines)].filter((line) => !line.startsWith("patches/"))).toEqual([])
    expect(whole.length).toBeGreaterThan(5)
    for (const { commit, sha256 } of whole)
      expect(`${commit} ${sha256}`).toMatch(/^[0-9a-f]{40} [0-9a-f]{64}$/)
  }
})
