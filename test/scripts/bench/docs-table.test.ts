import { expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  areDocsCurrent,
  printDocsTable,
  type Results,
  readResults,
} from "../../../scripts/bench/docs-table.ts"

const ratio = (name: string, value: number, target: number) => ({
  ...{ name, value, target },
  ...{ built: "1 ms", unit: "ratio" as const },
})

const results: Results = {
  opencode: "1.2.3",
  machine: "2 cores, and upstream's --version takes 900 ms",
  parts: [
    {
      title: "Build, warm",
      lines: [
        ratio("build, warm", 5.5, 5),
        { name: "its peak memory", built: "480.0 MB", value: 480e6, target: 600e6, unit: "bytes" },
      ],
    },
    { title: "Answers", lines: [ratio("a", 0.05, 0.12), ratio("b", 0.13, 0.12), ratio("c", 0.07, 0.12)] },
  ],
}

test("the table has a row for what has one target in a part, with the least and the most, and names what missed", () => {
  expect(printDocsTable(results).split("\n")).toEqual([
    "Beside upstream's 1.2.3, on a machine with 2 cores, and upstream's --version takes 900 ms:",
    "",
    "| | measured | target | |",
    "|---|---|---|---|",
    "| build, warm | 5.50 x | 5 x | **missed** |",
    "| its peak memory | 480.0 MB | 600.0 MB | met |",
    "| Answers | 0.05 to 0.13 x | 0.12 x | **missed**: b |",
  ])
})

test("results that are not there, or say something else, are a failure", async () => {
  const folder = await mkdtemp(join(tmpdir(), "results-"))
  const file = join(folder, "bench.json")
  await expect(readResults(file)).rejects.toThrow("has no results")
  await writeFile(file, JSON.stringify({ ...results, machine: 3 }))
  await expect(readResults(file)).rejects.toThrow("machine")
  await writeFile(file, JSON.stringify(results))
  expect(await readResults(file)).toEqual(results)
  await rm(folder, { recursive: true })
})

test("the table of costs in docs/bench.md is that of the last results", async () => {
  expect(await areDocsCurrent()).toBe(true)
})
