import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Attempt, PACKAGE } from "../../../scripts/drift/attempt.ts"
import { run } from "../../../scripts/lib/process.ts"
import { expectedPlaces, type TreeName } from "../../../scripts/patching/patch.ts"
import { readSeries } from "../../../scripts/patching/read-series.ts"
import { makeNpmHome, type NpmHome } from "../../lib/npm-home.ts"
import { copyProject, type Project } from "../../lib/project.ts"
import { makePackage, type Registry, startRegistry } from "../../lib/registry.ts"
import { sampleExecutable } from "../../lib/sample-executable.ts"
import { commit, makeUpstream } from "../../lib/stand-in-upstream.ts"
import { gitPin } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")

/** A release that patches have a form for. */
const VERSION = gitPin.version

let root: string
let project: Project

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "drift-"))
  project = await copyProject()
})
afterAll(async () => {
  await rm(root, { recursive: true })
  await project.remove()
})

const series = await readSeries()

/** The patches that have no place in these trees. */
const without = (...trees: TreeName[]) =>
  series
    .filter(({ edits }) => edits.every((edit) => trees.every((tree) => expectedPlaces(edit, tree) === 0)))
    .map(({ name }) => name)

const withoutPlace = (verdicts: Row["verdicts"]) =>
  verdicts.filter(({ verdict }) => verdict === "none").map(({ patch }) => patch)

type Row = Attempt & { green: boolean; required: boolean }

async function drift(args: string[], { folder = ROOT, env = process.env as NodeJS.ProcessEnv } = {}) {
  const { exitCode, stdout, stderr } = await run(process.execPath, ["scripts/commands/drift.ts", ...args], {
    cwd: folder,
    env,
  })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

async function rows(args: string[], where?: Parameters<typeof drift>[1]) {
  const { exitCode, stdout, stderr } = await drift([...args, "--json"], where)
  return { exitCode, rows: (stdout ? JSON.parse(stdout) : []) as Row[], stderr }
}

const oneMore = (text: string) =>
  text.replace("places: { main: 2, worker: 2 }", "places: { main: 3, worker: 2 }")

describe("the series on releases", () => {
  test("applies to all that drift.json says must be green", async () => {
    const green = Object.keys(JSON.parse(await readFile(join(ROOT, "drift.json"), "utf8")).green)
    const found = await rows(green)
    expect(found.exitCode, found.stderr).toBe(0)
    expect(found.rows.map(({ upstream, green, required }) => [upstream, green, required])).toEqual(
      green.map((version) => [version, true, true]),
    )
    for (const { verdicts } of found.rows)
      expect(withoutPlace(verdicts)).toEqual(without("main", "worker", "parser"))
    for (const { bun } of found.rows) expect(bun).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test("with a patch that is refused: it is named with why, the others are tried, and the exit code is 1", async () => {
    await project.withChange("patches/search-tools-off.ts", oneMore, async () => {
      const { exitCode, stdout } = await drift([VERSION], { folder: project.folder })
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/^search-tools-off +REFUSED$/m)
      expect(stdout).toMatch(/^config-remote-skip +applies$/m)
      expect(stdout).toContain(
        `${VERSION} refuses search-tools-off: in src/tool/registry.ts of the main tree it looked`,
      )
      expect(stdout).toContain("it states 3 places and found 2")
      const row = `^✖ +${VERSION} +1 of \\d+ refused +Bun ${gitPin.bun.version} +by its pin +must be green$`
      expect(stdout).toMatch(new RegExp(row, "m"))
    })
  })

  test("leaves the code that was tried where it is asked to, but never inside this project", async () => {
    const keep = join(root, "kept")
    expect((await drift([VERSION, "--keep", keep])).exitCode).toBe(0)
    const text = await readFile(join(keep, VERSION, "main/src/tool/registry.ts"), "utf8")
    expect(text).toContain("WebSearchTool")
    const { exitCode, stderr } = await drift([VERSION, "--keep", "dist/kept"])
    expect(stderr).toContain("it lies in this project")
    expect(exitCode).toBe(2)
    expect(existsSync(join(ROOT, "dist/kept"))).toBe(false)
  })

  test("refuses to start when drift.json counts on a pin that is not there", async () => {
    await project.withChange(
      "drift.json",
      (text) => text.replace(/"sha512-[^"]+"/, '"pin"'),
      async () => {
        const { exitCode, stderr } = await drift([VERSION], { folder: project.folder })
        expect(exitCode).toBe(2)
        expect(stderr).toContain("is to be taken by its pin, and there is none")
      },
    )
  })

  test.each(["1.3.x", "--commit abc"])("is not tried on %s", async (args) => {
    const { exitCode, stderr } = await drift(args.split(" "))
    expect(exitCode).toBe(2)
    expect(stderr).toContain("It must be")
  })
})

describe("a release without a pin", () => {
  let registry: Registry
  let home: NpmHome
  const unpinned = () => rows(["1.0.0", "--cache", home.options.cache], { env: home.options.env })

  async function serve(executable: Buffer, path = "bin/opencode") {
    registry = await startRegistry([await makePackage(PACKAGE, executable, path)])
    home = await makeNpmHome()
    await home.npmrc(`registry=${registry.url}`)
  }
  const stop = async () => {
    await registry.close()
    await home.remove()
  }

  test("is taken by the registry's hash, once, and is a row that says so when patches cannot be tried on it", async () => {
    await serve(sampleExecutable({ layout: "appended" }).file)
    const { exitCode, rows, stderr } = await unpinned()
    expect(exitCode, stderr).toBe(0)
    expect(rows).toMatchObject([{ upstream: "1.0.0", by: "the registry's hash", green: false, verdicts: [] }])
    expect(rows[0]!.unreadable).toContain("the code is in a form that is not known")
    expect(rows[0]!.bun).toBeUndefined()
    const asked = registry.requests.length
    await unpinned()
    expect(registry.requests.slice(asked).filter((path) => path.endsWith(".tgz"))).toEqual([])
    await stop()
  })

  test("is a row that says so when it is no executable that is known", async () => {
    await serve(Buffer.from("#!/bin/sh\n"))
    const { exitCode, rows } = await unpinned()
    expect(exitCode).toBe(0)
    expect(rows[0]!.unreadable).toContain("module graph is not recognised")
    await stop()
  })

  test("cannot be tried when its package is not what the registry says, or has no executable", async () => {
    await serve(Buffer.from("x"))
    registry.mode = "other tarball"
    const other = await unpinned()
    expect(other.exitCode).toBe(2)
    expect(other.stderr).toContain(`The hash of ${PACKAGE}@1.0.0 differs from what the registry says`)
    await stop()
    await serve(Buffer.from("x"), "bin/another")
    const none = await unpinned()
    expect(none.exitCode).toBe(2)
    expect(none.stderr).toContain(`${PACKAGE}@1.0.0 has no file bin/opencode`)
    await stop()
  })
})

describe("the series on commits", () => {
  let upstream: string
  let commits: { first: string; second: string }
  const given = (commit: string) => [
    "--git-url",
    upstream,
    "--commit",
    commit,
    "--cache",
    join(root, "cache"),
  ]

  beforeAll(async () => {
    upstream = join(root, "upstream")
    await mkdir(upstream)
    commits = await makeUpstream(upstream)
  })

  test("is tried patch by patch, dependencies included", async () => {
    const found = await rows(given(commits.first))
    expect(found.exitCode, found.stderr).toBe(0)
    const [row] = found.rows
    expect(row).toMatchObject({ upstream: commits.first, source: "git", green: true, required: false })
    expect(withoutPlace(row!.verdicts)).toEqual(without("git"))
    expect(row!.verdicts).toContainEqual({ patch: "opentui-load-lazily", verdict: "applies", places: 1 })
  })

  test("names what a commit with another shape refuses", async () => {
    const inSource = series.filter(({ edits }) => edits.length > 0)
    const edited = ({ edits }: (typeof series)[number]) => edits.map(({ file }) => file)
    const patch = inSource.find((one) =>
      inSource.every((other) => other === one || !edited(other).includes(edited(one)[0]!)),
    )!
    const file = join(upstream, "packages/opencode", edited(patch)[0]!)
    const text = await readFile(file, "utf8")
    await writeFile(file, "export {}\n")
    const { rows: found } = await rows(given(await commit(upstream, "other shape")))
    await writeFile(file, text)
    expect(found[0]!.verdicts.filter(({ verdict }) => verdict === "refused")).toEqual([
      expect.objectContaining({ patch: patch.name, why: expect.stringContaining("found 0") }),
    ])
  })

  test("cannot be tried on a commit without the entries that start the guard", async () => {
    await rm(join(upstream, "packages/opencode/src/cli/cmd/tui/worker.ts"))
    const found = await rows(given(await commit(upstream, "no worker")))
    expect(found.exitCode).toBe(0)
    expect(found.rows[0]!.unreadable).toContain("An entry of upstream's package is missing")
  })

  test("must be green on the commits of the pins, which are tried when only an origin is given", async () => {
    const pinned = (text: string) => text.replace(/"commit": "[0-9a-f]{40}"/, `"commit": "${commits.second}"`)
    const args = ["--git-url", upstream, "--cache", join(root, "cache")]
    await project.withChange(`pins/${VERSION}/pin.json`, pinned, async () => {
      const found = await rows(args, { folder: project.folder })
      expect(found.exitCode, found.stderr).toBe(0)
      expect(found.rows).toMatchObject([{ upstream: commits.second, green: true, required: true }])
      await project.withChange("patches/search-tools-off.ts", oneMore, async () => {
        expect((await rows(args, { folder: project.folder })).exitCode).toBe(1)
      })
    })
  })
})
