import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { join } from "node:path"
import semver from "semver"
import { runIsolated } from "../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../scripts/harness/scenarios.ts"
import { readSeries } from "../scripts/patching/read-series.ts"
import { pinName } from "../scripts/pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../scripts/record/build-record.ts"
import { runEach } from "./isolated/lib/run-each.ts"
import { type GitProject, makeGitProject } from "./lib/git-project.ts"
import { once } from "./lib/once.ts"
import { runsAll } from "./lib/sampling.ts"
import { makeUpstream, must } from "./lib/stand-in-upstream.ts"
import { pinWith, target } from "./lib/stock.ts"
import { versionOf } from "./lib/version.ts"

// The newest 1.x from its commit: the second stand-in, out of a bundle, with the series and with the core alone.

const newest = await pinWith(({ git }) => git.commit === undefined)

let project: GitProject
let bundle: string
let release: string
let executable: string
let record: BuildRecord

beforeAll(async () => {
  project = await makeGitProject((folder) => makeUpstream(folder, "effect"), newest)
  bundle = join(project.folder, "upstream.bundle")
  await must(project.upstream, ["bundle", "create", "--quiet", bundle, "--all"])
  const built = await project.buildGit(["--git-url", bundle])
  if (built.exitCode !== 0) throw new Error(built.stderr)
  release = join(project.folder, `dist/${pinName(newest)}-${target.name}-git`)
  executable = join(release, "opencode")
  record = await readBuildRecord(join(release, "build.json"))
})

afterAll(() => project?.remove())

const FAILING = ["import http://import.example/nothing", "run hello", "run --command hello"]

/** What the executable is asked to do, by words that the answers go by. */
const COMMANDS: Record<string, string[]> = {
  main: ["ask", "main", "http://main.example/"],
  worker: ["ask", "worker", "http://worker.example/"],
  version: ["--version"],
  json: ["offline", "--json"],
  get: ["get", "http://get.example/"],
  install: ["install", "acme-provider"],
  ...Object.fromEntries(FAILING.map((line) => [line, line.split(" ")])),
  models: ["models"],
  draw: ["draw", "python", 'def f(): return "x"'],
}

const off = once(() => runEach({ executable }, COMMANDS))
const on = once(() => runEach({ executable, env: { OPENCODE_OFFLINE: "1" } }, COMMANDS))

describe("a build of the newest 1.x from git", () => {
  test("has all required patches, a commit each, and leaves none out", async () => {
    expect(record).toMatchObject({ source: "git", git: { commit: project.commit }, runtime: { equal: true } })
    const series = await readSeries()
    const needed = series.filter(
      ({ level, range }) => level === "required" && semver.satisfies(newest.version, range),
    )
    const names = record.patches.map(({ name }) => name)
    expect(needed.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([])
    expect(record.patches.every(({ commit }) => /^[0-9a-f]{40}$/.test(commit ?? ""))).toBe(true)
    expect(record.leftOut).toEqual([])
  })

  test("refuses a connection from the main thread and the worker, which is made with the switch off", async () => {
    expect(hostsTried(await off())).toEqual(expect.arrayContaining(["main.example", "worker.example"]))
    for (const where of ["main", "worker"])
      expect((await on()).each[where]!.stdout).toBe("outcome: ERR_OPENCODE_OFFLINE, beside tree-sitter\n")
  })

  test("tries nothing offline, whatever it is asked to do", async () => {
    expect((await on()).attempts).toEqual([])
  })

  test("says its version and its commit", async () => {
    const { each } = await off()
    expect(each.version!.stdout).toEqual(versionOf(undefined, newest))
    expect(JSON.parse(each.json!.stdout).build).toMatchObject({ source: "git", commit: project.commit })
  })

  test("says why a request of Effect's client was refused, and asks with the switch off", async () => {
    expect(hostsTried(await off())).toContain("get.example")
    const { stdout } = (await on()).each.get!
    expect(stdout).toContain("get.example")
    expect(stdout).not.toContain("Transport error")
  })

  test("installs no package offline, and says so", async () => {
    expect(hostsTried(await off())).toContain("registry.example")
    expect((await on()).each.install!.stdout).toContain("acme-provider")
  })

  test.each(FAILING)("ends `%s` with 1 when it has failed, offline only", async (line) => {
    const failed = (await off()).each[line]!
    expect(failed.exitCode).toBe(0)
    expect((await on()).each[line]).toMatchObject({ exitCode: 1, stdout: failed.stdout })
  })

  test("offers no provider that cannot be reached offline", async () => {
    const { connected, all, first } = readModels((await off()).each.models!)
    expect(connected).toEqual(all)
    expect(all).toContain("anthropic")
    const offline = readModels((await on()).each.models!)
    expect(offline.connected).toEqual(offline.all)
    expect(offline.all.length).toBeGreaterThan(0)
    expect(offline.all.length).toBeLessThan(all.length)
    expect(offline.all).not.toContain("anthropic")
    expect(offline.first).toBe(offline.all[0]!)
    expect(all).toContain(first)
  })

  test("colours code by the grammar that is inside, in the worker of a dependency", async () => {
    expect((await on()).each.draw!.stdout).toContain('drawn: "x"=string def=keyword f=function')
  })

  test("serves its own page, and answers offline that sharing is off", async () => {
    const { attempts } = await serve({ executable, env: { OPENCODE_OFFLINE: "1" } }, async ({ fetch }) => {
      const page = await fetch(`${serverUrl}/`, { headers: { accept: "*/*" } })
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
      const shared = await fetch(`${serverUrl}/share`, { method: "POST" })
      expect(shared.status).toBe(403)
      expect(await shared.text()).toContain("OfflineError")
    })
    expect(attempts).toEqual([])
  })
})

function readModels({ stdout }: { stdout: string }) {
  const [, connected = "", all = "", first = ""] =
    /^connected: (.*)\nall: (.*)\ndefault: (.*)$/m.exec(stdout) ?? []
  return { connected: connected.split(","), all: all.split(","), first }
}

// That the core alone is enough is shown in git-build.test.ts, in code that is not split.
if (runsAll)
  test("with the core alone it has what puts that into upstream's build, and names what it leaves out", async () => {
    const { exitCode, stdout, stderr } = await project.buildGit([
      "--git-url",
      bundle,
      "--core-only",
      "--out",
      "core",
      "--json",
    ])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    const core = JSON.parse(stdout) as BuildRecord
    expect(core.patches.map(({ name }) => name)).toEqual(["build-embed-offline"])
    expect(core.leftOut).toContainEqual({ name: "packages-no-install", why: "--core-only" })
    const args = ["ask", "worker", "http://far.example/", "--offline"]
    const asked = await runIsolated({ executable: join(project.folder, "core/opencode"), args })
    expect(asked).toMatchObject({ stdout: expect.stringContaining("ERR_OPENCODE_OFFLINE"), attempts: [] })
  })

describe("it cannot be built", () => {
  test("where a place of a required patch is another; the core alone is named", async () => {
    const file = "packages/core/src/npm.ts"
    const other = await project.commitChange(file, (text) => text.replace('"Npm.add"', '"Npm.addOne"'))
    await project.pinCommit(other)
    const { exitCode, stderr } = await project.buildGit(["--out", "refused"])
    await project.pinCommit(project.commit)
    expect(exitCode).toBe(2)
    expect(stderr).toContain("The patch packages-no-install does not apply: in ../core/src/npm.ts")
    expect(stderr).toContain("--core-only builds without patches")
  })

  test("without a commit in the pin; the error says how it gets there", async () => {
    const file = `pins/${pinName(newest)}/pin.json`
    await project.withChange(
      file,
      (text) => text.replace(/,\s*"commit": "[0-9a-f]{40}"/, ""),
      async () => {
        const { exitCode, stderr } = await project.buildGit(["--out", "refused"])
        expect(exitCode).toBe(2)
        expect(stderr).toContain(`The pin ${pinName(newest)} has no commit`)
        expect(stderr).toContain(`git ls-remote https://github.com/anomalyco/opencode v${newest.version}`)
        expect(stderr).toContain(`as "commit" beside "url" in ${join(project.folder, file)}`)
      },
    )
  })

  test("with another worker beside the one of the TUI, which the guard would not be in", async () => {
    const folder = join(project.upstream, "packages/opencode/src/cli/cmd/tui")
    await Bun.write(join(folder, "worker.ts"), "onmessage = () => {}\n")
    await must(project.upstream, ["add", "--all"])
    const who = ["-c", "user.name=Stand In", "-c", "user.email=stand-in@localhost"]
    await must(project.upstream, [...who, "commit", "--quiet", "-m", "two workers"])
    await project.pinCommit(await must(project.upstream, ["rev-parse", "HEAD"]))
    const { exitCode, stderr } = await project.buildGit(["--core-only", "--out", "refused"])
    await project.pinCommit(project.commit)
    expect(exitCode).toBe(2)
    expect(stderr).toContain("An entry of upstream's package is missing, or there is another one")
  })
})
