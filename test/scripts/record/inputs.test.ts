import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { readPin } from "../../../scripts/pins/pin.ts"
import { digestFiles } from "../../../scripts/record/inputs.ts"

const ROOT = join(import.meta.dirname, "../../..")

test("a build's inputs are our own files, of every folder that goes in, the pin and the lockfile, by their hashes", async () => {
  const inputs = await digestFiles(await readPin(), { with: [] })
  const names = inputs.map(({ name }) => name)
  for (const name of ["offline/index.ts", "offline/core/start.ts", "patches/series", "package-lock.json"])
    expect(names).toContain(name)
  for (const pattern of [/^pins\/highlights\/\w+\.scm$/, /^pins\/[\d.]+\/pin\.json$/])
    expect(names.filter((name) => pattern.test(name))).not.toEqual([])
  const { sha256 } = inputs.find(({ name }) => name === "patches/series")!
  const bytes = await readFile(join(ROOT, "patches/series"))
  expect(sha256).toBe(createHash("sha256").update(bytes).digest("hex"))
})
