import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { applySteps } from "../../../scripts/pr/apply-steps.ts"
import type { NamedPullRequest } from "../../../scripts/pr/pull-request.ts"
import { needsOf, readPullRequests } from "../../../scripts/pr/read-pull-requests.ts"
import { isTest } from "../../../scripts/pr/write-body.ts"
import { installUpstream } from "../../lib/install-upstream.ts"
import { copyUpstream, must } from "../../lib/stand-in-upstream.ts"
import { gitPin, stockBun, target } from "../../lib/stock.ts"

// The tests that pull requests bring, as upstream runs them, on the stand-in for each vintage.

const ROOT = join(import.meta.dirname, "../../..")
const VINTAGES = ["namespaces", "effect"] as const
type Own = (typeof VINTAGES)[number]

/** Those whose tests are of what they bring alone: the place that uses it cannot be run by itself. */
const ALONE = ["run-exit-failed", "tui-disable-parsers"]

const requests = await readPullRequests()
const cases = requests.flatMap((request) =>
  VINTAGES.filter((vintage) => request.forms[vintage]).map(
    (vintage) => [request.name, vintage, request] as [string, Own, NamedPullRequest],
  ),
)

let bun: string
const roots = {} as Record<Own, string>

beforeAll(async () => {
  bun = await stockBun(target.name, gitPin)
  for (const vintage of VINTAGES) {
    const root = await mkdtemp(join(tmpdir(), `pull-requests-run-${vintage}-`))
    roots[vintage] = root
    await copyUpstream(root, vintage)
    await installUpstream(root, { bun, home: `${root}-home` })
    for (const name of ["@types", "bun-types"]) {
      await rm(join(root, "node_modules", name), { recursive: true, force: true })
      await symlink(join(ROOT, "node_modules", name), join(root, "node_modules", name))
    }
    await writeFile(join(root, "tsconfig.json"), JSON.stringify(TSCONFIG))
    await must(root, ["init", "--quiet"])
    await must(root, ["add", "--all"])
    await must(root, ["-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "base"])
  }
})

afterAll(async () => {
  for (const root of Object.values(roots))
    for (const path of [root, `${root}-home`]) await rm(path, { recursive: true, force: true })
})

async function write(root: string, files: Iterable<[string, string]>): Promise<void> {
  for (const [file, text] of files) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
}

/**
 * The errors of upstream's type check, each with its file, without the place in it, which an edit moves. What it said of
 * files that have not changed since the last one, and use none that has, is taken from there.
 */
async function typeErrors(root: string): Promise<Set<string>> {
  const tsc = join(ROOT, "node_modules/.bin/tsc")
  const env = { PATH: process.env.PATH ?? "" }
  const words = ["--noEmit", "--pretty", "false", "--incremental", "--tsBuildInfoFile", `${root}-home/types`]
  const { stdout } = await run(tsc, words, { cwd: root, env })
  const lines = String(stdout).split("\n")
  return new Set(lines.map((line) => line.replace(/\(\d+,\d+\)/, "")))
}

const before = new Map<string, Promise<Set<string>>>()

/** The errors with what a pull request builds on and nothing of its own: the same for all that build on the same. */
function errorsBefore(request: NamedPullRequest, vintage: Own): Promise<Set<string>> {
  const base = [vintage, ...needsOf(requests, request).map(({ name }) => name)].join(" ")
  const errors = before.get(base) ?? typeErrors(roots[vintage])
  before.set(base, errors)
  return errors
}

/** All packages at once, the tests too. */
const TSCONFIG = {
  extends: "./packages/opencode/tsconfig.json",
  compilerOptions: { paths: { "@/*": ["./packages/opencode/src/*"] } },
  include: ["src", "test"].map((folder) => `packages/*/${folder}`),
}

/** Runs the tests that it brings; `edited` says whether its edits are made, or only its files are there. */
async function runTests(request: NamedPullRequest, vintage: Own, edited: boolean) {
  const root = roots[vintage]
  const read = (file: string) => readFile(join(root, file), "utf8").catch(() => undefined)
  try {
    for (const one of needsOf(requests, request))
      for (const { files } of await applySteps(one, one.forms[vintage]!, read)) await write(root, files)
    const steps = request.forms[vintage]!.map((step) =>
      edited ? step : { files: step.files ?? {}, edits: [] },
    )
    const brought: string[] = []
    const known = edited ? await errorsBefore(request, vintage) : new Set<string>()
    for (const { files } of await applySteps(request, steps, read)) {
      await write(root, files)
      brought.push(...[...files.keys()].filter(isTest))
    }
    if (edited) expect([...(await typeErrors(root)).difference(known)]).toEqual([])
    const results = []
    for (const file of brought) {
      const folder = file.split("/").slice(0, 2).join("/")
      const env = { PATH: process.env.PATH ?? "", HOME: `${root}-home`, NO_COLOR: "1" }
      const words = ["test", file.slice(folder.length + 1)]
      const { exitCode, stderr } = await run(bun, words, { cwd: join(root, folder), env })
      results.push({ file, exitCode, stderr: exitCode === 0 ? "" : String(stderr) })
    }
    return results
  } finally {
    await must(root, ["reset", "--quiet", "--hard"])
    await must(root, ["clean", "--quiet", "--force", "-d"])
  }
}

test.each(cases)(
  "the tests of %s, for %s, pass and add no type error, and fail without its edits",
  async (name, vintage, request) => {
    const results = await runTests(request, vintage, true)
    expect(results).not.toEqual([])
    expect(results.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    const without = await runTests(request, vintage, false)
    expect(without.every(({ exitCode }) => exitCode === 0)).toBe(ALONE.includes(name))
  },
)
