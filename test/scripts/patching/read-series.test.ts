import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { readSeries } from "../../../scripts/patching/read-series.ts"

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "series-"))
})
afterAll(() => rm(folder, { recursive: true }))

const WHOLE = {
  subject: "fix(area): do the thing",
  why: "Because without it the thing is not done, which users need.",
  whyPatch: "No setting does the thing.",
  kind: "upstreamable",
  upstream: [1],
  removeWhen: "upstream does the thing by itself",
  range: ">=1.0.0",
  level: "required",
  edits: [{ file: "src/a.ts", what: "the place in question" }],
}

async function read(series: string, patch: object = WHOLE) {
  const name = `area-do-${crypto.randomUUID()}`
  await writeFile(join(folder, `${name}.ts`), `export default ${JSON.stringify(patch)}`)
  await writeFile(join(folder, "series"), series.replaceAll("NAME", name))
  return readSeries(pathToFileURL(`${folder}/`))
}

describe("reading the series", () => {
  test("gives the patches in the order of the list, without comments and blank lines", async () => {
    const series = await readSeries()
    expect(series.map((patch) => patch.name).slice(0, 2)).toEqual(["cli-offline-option", "cli-exit-failed"])
    expect(await read("# a comment\n\nNAME # why\n")).toHaveLength(1)
  })

  test("fails on a name without a file, and on a name that stands twice", async () => {
    await expect(read("area-do-nothing\n")).rejects.toThrow("patches/area-do-nothing.ts cannot be loaded")
    await expect(read("NAME\nNAME\n")).rejects.toThrow("names it twice")
  })

  test.each(Object.keys(WHOLE))("fails on a patch that does not declare %s", async (field) => {
    await expect(read("NAME\n", { ...WHOLE, [field]: undefined })).rejects.toThrow(field)
  })

  test("fails on a subject that upstream would refuse", async () => {
    await expect(read("NAME\n", { ...WHOLE, subject: "Do the thing" })).rejects.toThrow("subject")
  })
})
