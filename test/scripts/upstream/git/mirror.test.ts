import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import { commitSeries } from "../../../../scripts/upstream/git/commit-series.ts"
import { git } from "../../../../scripts/upstream/git/git.ts"
import { checkOut, mirrorCommit } from "../../../../scripts/upstream/git/mirror.ts"
import { serveGit } from "../../../lib/git-server.ts"
import { makeUpstream, must, TAG } from "../../../lib/stand-in-upstream.ts"

let root: string
let upstream: string
let commits: { first: string; second: string }
let server: Awaited<ReturnType<typeof serveGit>>
let count = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "git-source-"))
  upstream = join(root, "upstream")
  await mkdir(upstream)
  commits = await makeUpstream(upstream)
  await must(upstream, ["bundle", "create", "--quiet", join(root, "up.bundle"), "--all"])
  server = await serveGit(root)
})

afterAll(async () => {
  server.stop()
  await rm(root, { recursive: true, force: true })
})

const newFolder = () => join(root, `cache-${count++}`)
const origin = (url: string, commit = commits.first) => ({ url, commit, version: TAG.slice(1) })
const httpUrl = () => `${server.url}/upstream/.git`

async function checkedOut(url: string, cache = newFolder()): Promise<string> {
  const folder = newFolder()
  await checkOut(await mirrorCommit(origin(url), cache), commits.first, folder)
  return folder
}

/** A pack, or an object by itself: few are kept one by one. */
async function anObject(mirror: string): Promise<string> {
  const files = await readdir(join(mirror, "objects"), { recursive: true })
  return join(mirror, "objects", files.find((name) => /\.pack$|^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(name))!)
}

/** @param part how far into the file */
async function turnBit(path: string, part: number): Promise<void> {
  const bytes = await readFile(path)
  const at = Math.floor(bytes.length * part)
  if (bytes.length > 0) bytes[at]! ^= 1 << (at % 8)
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}

describe("the mirror of a pinned commit", () => {
  test("comes from smart HTTP, a file URL, a path and a bundle alike, and holds no later commit", async () => {
    for (const url of [httpUrl(), `file://${upstream}`, upstream, join(root, "up.bundle")]) {
      const folder = await checkedOut(url)
      expect(await must(folder, ["rev-parse", "HEAD"]), url).toBe(commits.first)
      expect(await readdir(folder), url).not.toContain("later.txt")
      expect(await must(folder, ["status", "--porcelain"]), url).toBe("")
    }
  })

  test("comes from a server that refuses to give a commit by its sha", async () => {
    const cache = newFolder()
    process.env.GIT_CONFIG_PARAMETERS = "'protocol.version=0'"
    try {
      await must(upstream, ["branch", "--force", "other", commits.second])
      await must(upstream, ["tag", "--delete", TAG])
      await expect(must(upstream, ["fetch", "--depth=1", httpUrl(), commits.first])).rejects.toThrow(
        "Server does not allow request for unadvertised object",
      )
      expect(await must(await checkedOut(httpUrl(), cache), ["rev-parse", "HEAD"])).toBe(commits.first)
    } finally {
      delete process.env.GIT_CONFIG_PARAMETERS
      await must(upstream, ["tag", "--force", TAG, commits.first])
    }
  })

  test("runs no program that the cache's copy of its settings names, when it lacks an object", async () => {
    const cache = newFolder()
    const mirror = await mirrorCommit(origin(upstream), cache)
    const program = join(root, `program-${count}`)
    await writeFile(program, `#!/bin/sh\ntouch ${program}.ran\nexit 1\n`)
    await chmod(program, 0o755)
    const promisor = { url: upstream, promisor: "true", uploadpack: program }
    for (const [key, value] of Object.entries(promisor))
      await must(mirror, ["--git-dir=.", "config", `remote.origin.${key}`, value])
    await must(mirror, ["--git-dir=.", "config", "core.repositoryformatversion", "1"])
    await must(mirror, ["--git-dir=.", "config", "extensions.partialClone", "origin"])
    for (const name of await readdir(join(mirror, "objects")))
      await rm(join(mirror, "objects", name), { recursive: true })
    await mirrorCommit(origin(upstream), cache)
    expect(await Bun.file(`${program}.ran`).exists()).toBe(false)
    expect(await must(await checkedOut(upstream, cache), ["rev-parse", "HEAD"])).toBe(commits.first)
  })

  test("is not fetched again when it is whole", async () => {
    const cache = newFolder()
    await checkedOut(upstream, cache)
    await checkedOut(join(root, "nothing-here"), cache)
  })

  test("is fetched again when one byte of an object in it is another", async () => {
    const cache = newFolder()
    const mirror = await mirrorCommit(origin(upstream), cache)
    await turnBit(await anObject(mirror), 0.5)
    await checkedOut(upstream, cache)
    expect(await git(mirror, ["fsck"])).toMatchObject({ ok: true })
  })

  test("gives the commit's own files whichever file in it has another bit, or none", async () => {
    const whole = await mirrorCommit(origin(upstream), newFolder())
    const files = (await readdir(whole, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    )
    expect(files.length).toBeGreaterThan(5)
    for (const { parentPath, name } of files) {
      const path = relative(whole, join(parentPath, name))
      for (const part of [0, 0.3, 0.7, 0.999]) {
        const cache = newFolder()
        const mirror = join(cache, "git", `${commits.first}.git`)
        await cp(whole, mirror, { recursive: true })
        await turnBit(join(mirror, path), part)
        const folder = await checkedOut(upstream, cache)
        expect([path, await must(folder, ["rev-parse", "HEAD"])]).toEqual([path, commits.first])
        expect([path, await must(folder, ["status", "--porcelain"])]).toEqual([path, ""])
      }
    }
  })

  test("is fetched again when its objects are gone, or it is no repository any more", async () => {
    const cache = newFolder()
    const mirror = await mirrorCommit(origin(upstream), cache)
    const packs = (await readdir(join(mirror, "objects/pack"))).filter((name) => name.endsWith(".pack"))
    const objects = (await readdir(join(mirror, "objects"))).filter((name) => /^[0-9a-f]{2}$/.test(name))
    expect(packs.length + objects.length).toBeGreaterThan(0)
    for (const name of packs) await rm(join(mirror, "objects/pack", name))
    for (const name of objects) await rm(join(mirror, "objects", name), { recursive: true })
    await checkedOut(upstream, cache)
    await writeFile(join(mirror, "HEAD"), "broken")
    await checkedOut(upstream, cache)
  })

  test("is refused when the origin cannot be reached, and leaves nothing behind", async () => {
    const cache = newFolder()
    const attempt = mirrorCommit(origin("http://127.0.0.1:9/none.git"), cache)
    await expect(attempt).rejects.toThrow("Nothing could be fetched from http://127.0.0.1:9/")
    expect(await readdir(join(cache, "git"))).toEqual([])
    expect(await readdir(join(cache, "tmp"))).toEqual([])
  })

  test("is fetched by the next build when one was killed half-way", async () => {
    const cache = newFolder()
    const asked = Promise.withResolvers<void>()
    using silent = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch() {
        asked.resolve()
        return new Promise(() => {})
      },
    })
    const module = join(import.meta.dir, "../../../../scripts/upstream/git/mirror.ts")
    const given = JSON.stringify(origin(`http://127.0.0.1:${silent.port}/x.git`))
    const code = `(await import(${JSON.stringify(module)})).mirrorCommit(${given}, ${JSON.stringify(cache)})`
    const child = Bun.spawn([process.execPath, "-e", code], { stdout: "ignore", stderr: "ignore" })
    await asked.promise
    expect(await readdir(join(cache, "tmp"))).toHaveLength(1)
    child.kill("SIGKILL")
    await child.exited
    expect(await readdir(join(cache, "git"))).toEqual([])
    await checkedOut(upstream, cache)
  })

  test("is refused when the commit is unknown, and the error says where the tag points", async () => {
    const unknown = mirrorCommit(origin(upstream, "0123456789".repeat(4)), newFolder())
    await expect(unknown).rejects.toThrow(`its tag ${TAG} points at ${commits.first}`)
  })
})

describe("the series on a checked-out tree", () => {
  test("is one commit a patch, with the same hashes each time, and leaves the tree clean", async () => {
    const series = (await readSeries()).filter(({ edits }) => edits.length > 0)
    const folders = [await checkedOut(httpUrl()), await checkedOut(upstream)]
    const [one, two] = await Promise.all(
      folders.map((folder) => commitSeries(folder, series, { cache: defaultCache() })),
    )
    expect(one!.commits).toEqual(two!.commits)
    const subjects = (await must(folders[0]!, ["log", "--reverse", "--format=%s"])).split("\n").slice(2)
    expect(subjects).toEqual(series.map(({ subject }) => subject))
    expect(await must(folders[0]!, ["status", "--porcelain"])).toBe("")
    const identities = await must(folders[0]!, ["log", "--format=%an %ae %at %cn %ce %ct"])
    const [identity] = (await must(upstream, ["log", "-1", "--format=%an %ae %at", commits.first])).split(
      "\n",
    )
    const [, ...ours] = identities.split("\n").reverse()
    expect([...new Set(ours)]).toEqual([`${identity} ${identity}`])
  })

  test("touches no repository that a folder stands in", async () => {
    const mine = newFolder()
    await mkdir(join(mine, "inner"), { recursive: true })
    await must(mine, ["init", "--quiet"])
    expect((await git(join(mine, "inner"), ["rev-parse", "--git-dir"])).stderr).toContain(
      "not a git repository",
    )
  })

  test("touches no repository that the environment names", async () => {
    const mine = newFolder()
    await mkdir(mine)
    await must(mine, ["init", "--quiet"])
    process.env.GIT_DIR = join(mine, ".git")
    process.env.GIT_WORK_TREE = mine
    try {
      await commitSeries(await checkedOut(upstream), await readSeries(), { cache: defaultCache() })
    } finally {
      delete process.env.GIT_DIR
      delete process.env.GIT_WORK_TREE
    }
    expect(await readdir(mine)).toEqual([".git"])
    expect(await must(mine, ["count-objects"])).toBe("0 objects, 0 kilobytes")
  })

  test("brings offline/ as modules that Bun bundles", async () => {
    const folder = await checkedOut(upstream)
    await commitSeries(folder, await readSeries(), { cache: defaultCache() })
    const entry = join(folder, "packages/opencode/src/offline/index.ts")
    expect(await Bun.file(entry).text()).not.toMatch(/from ".*\.ts"/)
    const built = await Bun.build({ entrypoints: [entry], target: "bun", external: ["jsonc-parser"] })
    expect(built.success).toBe(true)
  })

  test("puts the guard's import ahead of all others in each entry", async () => {
    const folder = await checkedOut(upstream)
    await commitSeries(folder, await readSeries(), { cache: defaultCache() })
    for (const file of ["src/index.ts", "src/cli/cmd/tui/worker.ts"]) {
      const text = await Bun.file(join(folder, "packages/opencode", file)).text()
      expect(text.startsWith('import "@/offline"\n'), file).toBe(true)
    }
  })
})
