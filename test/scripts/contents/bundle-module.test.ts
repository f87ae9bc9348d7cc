import { expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundleModule } from "../../../scripts/contents/bundle-module.ts"

test("the text is the same where node_modules is a link to somewhere else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"))
  try {
    const [own, linked] = [join(folder, "own"), join(folder, "linked")]
    const library = join(own, "node_modules/library")
    await mkdir(library, { recursive: true })
    await mkdir(linked)
    await symlink(join(own, "node_modules"), join(linked, "node_modules"))
    await writeFile(join(library, "index.js"), "export const answer = 42\n")
    for (const project of [own, linked])
      await writeFile(join(project, "entry.ts"), 'import { answer } from "library"\nconsole.log(answer)\n')
    const text = await bundleModule(join(linked, "entry.ts"))
    expect(text).toContain("linked/node_modules/library/index.js")
    expect(text.replaceAll(linked.slice(1), own.slice(1))).toBe(await bundleModule(join(own, "entry.ts")))
  } finally {
    await rm(folder, { recursive: true })
  }
})
