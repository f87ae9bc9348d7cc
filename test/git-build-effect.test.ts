import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { join } from "node:path"
import { runIsolated } from "../scripts/harness/run-opencode.ts"
import { pinName } from "../scripts/pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../scripts/record/build-record.ts"
import { type GitProject, makeGitProject } from "./lib/git-project.ts"
import { makeUpstream, must } from "./lib/stand-in-upstream.ts"
import { pinWith, target } from "./lib/stock.ts"
import { versionOf } from "./lib/version.ts"

// The newest 1.x from its commit: the second stand-in, out of a bundle, with the core alone.

const newest = await pinWith(({ git }) => git.commit === undefined)

let project: GitProject
let bundle: string
let executable: string
let record: BuildRecord

beforeAll(async () => {
  project = await makeGitProject((folder) => makeUpstream(folder, "effect"), newest)
  bundle = join(project.folder, "upstream.bundle")
  await must(project.upstream, ["bundle", "create", "--quiet", bundle, "--all"])
  const built = await project.buildGit(["--git-url", bundle, "--core-only"])
  if (built.exitCode !== 0) throw new Error(built.stderr)
  const release = join(project.folder, `dist/${pinName(newest)}-${target.name}-git-core`)
  executable = join(release, "opencode")
  record = await readBuildRecord(join(release, "build.json"))
})

afterAll(() => project?.remove())

describe("a build of the newest 1.x from git, with the core alone,", () => {
  test("takes only what puts the core into upstream's build, and names what it leaves out", () => {
    expect(record).toMatchObject({ source: "git", git: { commit: project.commit }, runtime: { equal: true } })
    expect(record.patches.map(({ name }) => name)).toEqual(["build-embed-offline"])
    expect(record.leftOut).toContainEqual({ name: "packages-no-install", why: "--core-only" })
  })

  test.each(["main", "worker"])(
    "refuses a connection from %s, which is made with the switch off",
    async (where) => {
      const args = ["ask", where, "http://far.example/"]
      const off = await runIsolated({ executable, args })
      expect(off.attempts.map(({ name }) => name)).toContain("far.example")
      const on = await runIsolated({ executable, args: [...args, "--offline"] })
      expect(on).toMatchObject({
        stdout: "outcome: ERR_OPENCODE_OFFLINE, beside tree-sitter\n",
        attempts: [],
      })
    },
  )

  test("says its version and its commit", async () => {
    const { stdout, attempts } = await runIsolated({ executable, args: ["--version"] })
    expect({ stdout, attempts }).toEqual({ stdout: versionOf(undefined, newest), attempts: [] })
    const shown = await runIsolated({ executable, args: ["offline", "--json"] })
    expect(JSON.parse(shown.stdout).build).toMatchObject({ source: "git", commit: project.commit })
  })
})

describe("it cannot be built", () => {
  test("with the patches, whose places in that code nobody has seen; the core alone is named", async () => {
    const { exitCode, stderr } = await project.buildGit(["--git-url", bundle, "--out", "refused"])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`the commit of ${newest.version} needs patches that are not there for its code`)
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
