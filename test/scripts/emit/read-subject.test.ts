import { afterAll, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readSubject } from "../../../scripts/emit/read-subject.ts"
import { sampleSubject } from "../../lib/subject.ts"

const folder = await mkdtemp(join(tmpdir(), "read-subject-"))
const { record, materials, diffs } = sampleSubject()

beforeEach(async () => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, "patches"), { recursive: true })
  await writeFile(join(folder, "build.json"), JSON.stringify(record))
  await writeFile(join(folder, "materials.json"), JSON.stringify(materials))
  for (const [name, diff] of Object.entries(diffs))
    await writeFile(join(folder, `patches/${name}.diff`), diff)
})
afterAll(() => rm(folder, { recursive: true }))

test("a release is read with the diff of each patch", async () => {
  expect(await readSubject(folder)).toEqual({ kind: "executable", record, materials, diffs, files: [] })
})

test("a release without the diff of a patch is refused", async () => {
  await rm(join(folder, "patches/a-patch.diff"))
  await expect(readSubject(folder)).rejects.toThrow("missing: a-patch")
  await rm(join(folder, "patches"), { recursive: true })
  await expect(readSubject(folder)).rejects.toThrow("missing: a-patch")
})

test("a release with the diff of a patch that it does not have is refused", async () => {
  await writeFile(join(folder, "patches/another.diff"), "")
  await expect(readSubject(folder)).rejects.toThrow("of no patch of it: another")
})
