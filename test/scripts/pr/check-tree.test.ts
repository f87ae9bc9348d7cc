import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkTree, isAsStated, tellTree } from "../../../scripts/pr/check-tree.ts"
import { readPullRequests } from "../../../scripts/pr/read-pull-requests.ts"
import { copyUpstream } from "../../lib/stand-in-upstream.ts"

const requests = await readPullRequests()

describe.each(["namespaces", "effect"] as const)("in the stand-in of the vintage %s", (vintage) => {
  let root: string

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "check-tree-"))
    await copyUpstream(root, vintage)
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  test("each finder, of pull requests and of the series, has as many places as it states", async () => {
    const tree = await checkTree(root, requests)
    expect(tree).toMatchObject({ vintage, absent: [] })
    const finders = tree.files.flatMap((file) => file.finders)
    expect(finders.filter((one) => !isAsStated(one))).toEqual([])
    const patches = finders.filter(({ of }) => of.startsWith("patches/"))
    expect(patches.length).toBeGreaterThan(20)
    expect(finders.length - patches.length).toBeGreaterThan(20)
  })

  test("a place that is gone or there twice is told, and so are a missing file and where one was read", async () => {
    const src = join(root, "packages/opencode/src")
    const upgrade = await readFile(join(src, "cli/upgrade.ts"), "utf8")
    await writeFile(join(src, "cli/upgrade.ts"), upgrade.replace("function upgrade", "function another"))
    const share = await readFile(join(src, "share/share-next.ts"), "utf8")
    await writeFile(join(src, "share/share-next.ts"), `${share}\n${share}`)
    await rm(join(src, "cli/error.ts"))
    const origin = { repository: "owner/name", commit: "0123456789".repeat(4) }
    const origins = { "packages/opencode/src/cli/upgrade.ts": origin }
    await writeFile(join(root, "read-from.json"), JSON.stringify(origins))
    const tree = await checkTree(root, requests)
    const wrong = tree.files.filter(({ finders }) => !finders.every(isAsStated)).map(({ file }) => file)
    expect(wrong.sort()).toEqual([
      "packages/opencode/src/cli/upgrade.ts",
      "packages/opencode/src/share/share-next.ts",
    ])
    expect(tree.files.find(({ file }) => file.endsWith("/cli/upgrade.ts"))).toMatchObject(origin)
    expect(tree.absent).toEqual(["packages/opencode/src/cli/error.ts"])
    expect(tellTree(tree)).toContain(
      "✖ packages/opencode/src/cli/upgrade.ts: cli-disable-hosted states 1 and finds 0",
    )
  })
})
