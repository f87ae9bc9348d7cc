import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Attempt } from "../../../scripts/drift/attempt.ts"
import { readReleases } from "../../../scripts/drift/releases.ts"
import { run } from "../../../scripts/lib/process.ts"
import { chooseSeries } from "../../../scripts/patching/choose.ts"
import { type Form, standing } from "../../../scripts/patching/patch.ts"
import { readSeries } from "../../../scripts/patching/read-series.ts"
import { makeNpmHome, type NpmHome } from "../../lib/npm-home.ts"
import { copyProject, type Project } from "../../lib/project.ts"
import { makePackage, type Registry, startRegistry } from "../../lib/registry.ts"
import { sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"
import { sample } from "../../lib/sampling.ts"
import { commit, makeUpstream } from "../../lib/stand-in-upstream.ts"
import { gitPin, pin, pinWith } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")

/** A release that patches have a form for. */
const VERSION = gitPin.version

const { package: PACKAGE, releases: RECORDED } = await readReleases()

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

/** The patches that have no place in a form of a release that can be read. */
const without = (form: Form) =>
  series.filter((patch) => standing(patch, { version: VERSION, form }) !== "applies").map(({ name }) => name)

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
  test("applies to a release whose code can be read, and leaves that where it is asked to", async () => {
    const readable = sample(Object.keys(RECORDED).filter((version) => version.startsWith("1.3.")))
    const keep = join(root, "kept")
    const found = await rows([...readable, "--keep", keep])
    expect(found.exitCode, found.stderr).toBe(0)
    expect(found.rows.map(({ upstream, green, required }) => [upstream, green, required])).toEqual(
      readable.map((version) => [version, true, true]),
    )
    for (const { verdicts, newHosts } of found.rows) {
      expect(withoutPlace(verdicts)).toEqual(without("bundles"))
      expect(newHosts).toEqual([])
    }
    for (const { bun } of found.rows) expect(bun).toMatch(/^\d+\.\d+\.\d+$/)
    const text = await readFile(join(keep, readable[0]!, "main/src/tool/registry.ts"), "utf8")
    expect(text).toContain("WebSearchTool")
  })

  test("applies to the pin that is tested, but for what has no form for its code; then it is not green", async () => {
    const { exitCode, rows: found, stderr } = await rows([pin.version])
    const { shape, verdicts, green, newHosts } = found[0]!
    expect(newHosts, stderr).toEqual([])
    const form = shape === "minified chunks" ? "chunks" : "bundles"
    const { chosen, leftOut } = chooseSeries(series, { version: pin.version, form })
    const named = (wanted: string) =>
      verdicts.filter(({ verdict }) => verdict === wanted).map(({ patch }) => patch)
    expect(named("applies")).toEqual(chosen.map(({ name }) => name))
    expect(named("formless")).toEqual(leftOut.map(({ name }) => name))
    const lacks = verdicts.some(({ verdict, level }) => verdict === "formless" && level === "required")
    expect(green).toBe(!lacks)
    expect(exitCode).toBe(lacks ? 1 : 0)
  })

  test("applies to one for another platform, whose code is minified by itself", async () => {
    for (const target of sample(["windows-x64", "linux-arm64"])) {
      const { version } = await pinWith(({ targets }) => target in targets)
      const { exitCode, rows: found, stderr } = await rows([version, "--target", target])
      expect(exitCode, stderr).toBe(0)
      expect(found.map(({ upstream, green, required }) => [upstream, green, required])).toEqual([
        [version, true, true],
      ])
    }
    expect(await drift(["--target", "windows-x64"])).toMatchObject({ exitCode: 2 })
    expect((await drift(["1.2.3", "--target", "amiga"])).stderr).toContain('There is no target "amiga"')
  })

  test("with a patch that is refused: it is named with why, the others are tried, and the exit code is 1", async () => {
    await project.withChange("patches/search-tools-off.ts", oneMore, async () => {
      const { exitCode, stdout } = await drift([VERSION], { folder: project.folder })
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/^search-tools-off +required +REFUSED$/m)
      expect(stdout).toMatch(/^config-remote-skip +required +applies$/m)
      expect(stdout).toContain(
        `${VERSION} refuses search-tools-off: in src/tool/registry.ts of the main tree it looked`,
      )
      expect(stdout).toContain("it states 3 places and found 2")
      const row = `^✖ +${VERSION} +\\d+ of \\d+ apply, 1 refused +Bun ${gitPin.bun.version} +by its pin +must be green$`
      expect(stdout).toMatch(new RegExp(row, "m"))
    })
  })

  test("never leaves code inside this project", async () => {
    const { exitCode, stderr } = await drift([VERSION, "--keep", "dist/kept"])
    expect(stderr).toContain("it lies in this project")
    expect(exitCode).toBe(2)
    expect(existsSync(join(ROOT, "dist/kept"))).toBe(false)
  })

  test("refuses to start when drift.json has another hash than a pin", async () => {
    const swapped = (text: string) => text.replace(`"${VERSION}": "sha512-`, `"${VERSION}": "sha512-AAAA`)
    const other = (text: string) => swapped(text).replace(/(sha512-AAAA[^"]{82})[^"]*==/, "$1==")
    await project.withChange("drift.json", other, async () => {
      const { exitCode, stderr } = await drift([VERSION], { folder: project.folder })
      expect(exitCode).toBe(2)
      expect(stderr).toContain(`${VERSION} is sha512-AAAA`)
      expect(stderr).toContain("in its pin")
    })
  })

  test.each(["1.3.x", "--commit abc"])("is not tried on %s", async (args) => {
    const { exitCode, stderr } = await drift(args.split(" "))
    expect(exitCode).toBe(2)
    expect(stderr).toContain("It must be")
  })

  test("makes no table of some releases", async () => {
    const { exitCode, stderr } = await drift([VERSION, "--write-docs"])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("is not made of some releases")
  })
})

describe("a release without a record", () => {
  let registry: Registry
  let home: NpmHome
  const here = () => ({ folder: project.folder, env: home.options.env })
  const unpinned = (...args: string[]) => rows([...args, "--cache", home.options.cache], here())

  async function serve(executable: Buffer, path = "bin/opencode") {
    registry = await startRegistry([await makePackage(PACKAGE, executable, path)])
    home = await makeNpmHome()
    await home.npmrc(`registry=${registry.url}`)
  }
  const stop = async () => {
    await registry.close()
    await home.remove()
  }

  /** Minified code with the places of one patch, and one URL. */
  const serveCode = (url: string) => {
    const code = `a.option("print-logs",b).completion("completion",c);fetch(${JSON.stringify(url)})`
    const modules = [
      sampleModule({
        name: "/$bunfs/root/opencode-web-ui.gen.js",
        contents: Buffer.from("// @bun\nvar a"),
      }),
      sampleModule({ name: "/$bunfs/root/chunk-1.js", contents: Buffer.from(`// @bun\n${code}`) }),
    ]
    return serve(sampleExecutable({ layout: "appended", modules }).file)
  }

  /** drift.json says that all of 1.0 is supported, and the series is of that patch. */
  const supporting = (body: () => Promise<void>, releases: Record<string, string> = {}) =>
    project.withChange(
      "drift.json",
      () => JSON.stringify({ package: PACKAGE, supported: "~1.0.0", releases }),
      () => project.withChange("patches/series", () => "cli-offline-option\n", body),
    )

  test("is taken by the registry's hash, once, and is a row that says so when patches cannot be tried on it", async () => {
    await serve(sampleExecutable({ layout: "appended" }).file)
    const { exitCode, rows, stderr } = await unpinned("1.0.0")
    expect(exitCode, stderr).toBe(0)
    expect(rows).toMatchObject([{ upstream: "1.0.0", by: "the registry", green: false, verdicts: [] }])
    expect(rows[0]!.unreadable).toContain("the code is in a form that is not known")
    expect(rows[0]!.bun).toBeUndefined()
    // Its code is kept by itself.
    await rm(join(home.options.cache, "npm"), { recursive: true })
    const asked = registry.requests.length
    expect((await unpinned("1.0.0")).rows).toEqual(rows)
    expect(registry.requests.slice(asked).filter((path) => path.endsWith(".tgz"))).toEqual([])
    await stop()
  })

  test("is a row that says so when it is no executable that is known", async () => {
    await serve(Buffer.from("#!/bin/sh\n"))
    const { exitCode, rows } = await unpinned("1.0.0")
    expect(exitCode).toBe(0)
    expect(rows[0]!.unreadable).toContain("module graph is not recognised")
    await stop()
  })

  test("cannot be tried when its package is not what the registry says, or has no executable", async () => {
    await serve(Buffer.from("x"))
    registry.mode = "other tarball"
    const other = await unpinned("1.0.0")
    expect(other.exitCode).toBe(2)
    expect(other.stderr).toContain(`The hash of ${PACKAGE}@1.0.0 differs from what the registry says`)
    await stop()
    await serve(Buffer.from("x"), "bin/another")
    const none = await unpinned("1.0.0")
    expect(none.exitCode).toBe(2)
    expect(none.stderr).toContain(`${PACKAGE}@1.0.0 has no file bin/opencode`)
    await stop()
  })

  test("is tried when it is in the range, and must be green; --record writes its hash down", async () => {
    await serveCode("/x")
    await supporting(async () => {
      const { exitCode, rows: found, stderr } = await unpinned("--record")
      expect(exitCode, stderr).toBe(0)
      expect(found).toMatchObject([{ upstream: "1.0.0", by: "the registry", green: true, required: true }])
      const { integrity } = found[0]!
      const written = JSON.parse(await readFile(join(project.folder, "drift.json"), "utf8"))
      expect(written.releases).toEqual({ "1.0.0": integrity })
      expect(stderr).toContain("Compare what is new with what another registry says")
      expect((await unpinned()).rows).toMatchObject([{ by: "drift.json" }])
    })
    await stop()
  })

  test("is not green when a required patch has no form for its code, and is when only an optional one has none", async () => {
    await serveCode("/x")
    await supporting(async () => {
      const required = (text: string) => text.replace('level: "optional"', 'level: "required"')
      const formless = (text: string) => text.replace("chunks: [", "chunks: undefined, unused: [")
      const patch = "patches/cli-offline-option.ts"
      await project.withChange(patch, formless, async () => {
        const optional = await unpinned()
        expect(optional.exitCode).toBe(0)
        expect(optional.rows[0]!.verdicts).toMatchObject([{ verdict: "formless", level: "optional" }])
        await project.withChange(patch, required, async () => {
          const { exitCode, stdout } = await drift(["--cache", home.options.cache], here())
          expect(exitCode).toBe(1)
          expect(stdout).toMatch(/^cli-offline-option +required +NO FORM$/m)
          expect(stdout).toMatch(/^✖ +1\.0\.0 +0 of 1 apply, 1 without a form/m)
        })
      })
    })
    await stop()
  })

  test("stops everything when the registry says another hash than is recorded", async () => {
    await serveCode("/x")
    await supporting(
      async () => {
        const { exitCode, stderr } = await unpinned()
        expect(exitCode).toBe(2)
        expect(stderr).toContain("The registry says another hash of 1.0.0 than is recorded")
        expect(registry.requests.filter((path) => path.endsWith(".tgz"))).toEqual([])
      },
      { "1.0.0": `sha512-${"A".repeat(86)}==` },
    )
    await stop()
  })

  test("is a finding when its code has a host that nobody has described, until somebody does", async () => {
    await serveCode("https://{region}.New-Host.example:443/x")
    await supporting(async () => {
      const { exitCode, stdout } = await drift(["--cache", home.options.cache], here())
      expect(exitCode).toBe(1)
      expect(stdout).toContain("new host *.new-host.example in the code of 1.0.0")
      expect(stdout).toContain("--keep /tmp/upstream")
      expect(stdout).toContain("pins/hosts-in-code.json")
      const described = (text: string) => text.replace("{", '{ "*.new-host.example": "link",')
      const half = (text: string) =>
        text.replace("{", '{ "*.new-host.example": { "what": "dialled for news: the guard refuses it" },')
      await project.withChange("pins/hosts-in-code.json", half, async () => {
        const { exitCode, stderr } = await drift(["--cache", home.options.cache], here())
        expect(exitCode).toBe(2)
        expect(stderr).toContain("must say which `scenario` of the audit reaches it, or why none does")
      })
      await project.withChange("pins/hosts-in-code.json", described, async () => {
        expect((await drift(["--cache", home.options.cache], here())).exitCode).toBe(0)
      })
    })
    await stop()
  })

  test("is in the table of the docs once it is recorded", async () => {
    await serveCode("/x")
    await mkdir(join(project.folder, "docs"), { recursive: true })
    const file = join(project.folder, "docs/drift.md")
    await writeFile(file, "# Title\n\n<!-- made by npm run drift -->\n<!-- end -->\nAfter\n")
    await supporting(async () => {
      const table = (...args: string[]) => drift([...args, "--cache", home.options.cache], here())
      await table("--write-docs")
      expect(await readFile(file, "utf8")).not.toContain("1.0.0")
      await table("--record", "--write-docs")
      const text = await readFile(file, "utf8")
      expect(text).toContain("| patch | level | needed in | minified chunks: 1.0.0 |")
      expect(text).toContain("| `cli-offline-option` | optional | all | all |")
      expect(text).toEndWith("<!-- end -->\nAfter\n")
      expect((await table("--check-docs")).exitCode).toBe(0)
      await writeFile(file, text.replace("| all | all |", "| all | – |"))
      const { exitCode, stderr } = await table("--check-docs")
      expect(exitCode).toBe(1)
      expect(stderr).toContain("is not current: npm run drift -- --write-docs")
    })
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
    expect(withoutPlace(row!.verdicts)).toEqual(without("source"))
    expect(row!.verdicts).toContainEqual(
      expect.objectContaining({ patch: "opentui-load-lazily", verdict: "applies", places: 1 }),
    )
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
