import { afterAll, beforeEach, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import models from "../../../audit/scenarios/models.ts"
import version from "../../../audit/scenarios/version.ts"
import { COMMAND } from "../../../scripts/audit/load-scenarios.ts"
import type { Report } from "../../../scripts/audit/report.ts"
import { readFigures } from "../../../scripts/pr/figures.ts"
import { readPullRequests } from "../../../scripts/pr/read-pull-requests.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"
import { commit, must } from "../../lib/stand-in-upstream.ts"

// What may be quoted of a report that was made up; figures-real.test.ts makes one.

const root = await mkdtemp(join(tmpdir(), "figures-"))
afterAll(() => rm(root, { recursive: true, force: true }))

const BUILD = "packages/opencode/dist/opencode-x/bin/opencode"
const SOURCE = "packages/opencode/src/index.ts"

let count = 0
let folder: string
/** A checkout of the branch, and one of what it starts from. */
let after: string
let before: string
let branch: { tree: string; treeBefore: string }
let report: Report

beforeEach(async () => {
  folder = join(root, `${count++}`)
  after = join(folder, "after")
  before = join(folder, "before")
  await mkdir(dirname(join(after, SOURCE)), { recursive: true })
  await writeFile(join(after, ".gitignore"), "dist\n")
  await writeFile(join(after, SOURCE), "before")
  await must(after, ["init", "--quiet"])
  await commit(after, "before")
  await writeFile(join(after, SOURCE), "after")
  await commit(after, "after")
  await must(folder, ["clone", "--quiet", after, before])
  await must(before, ["checkout", "--quiet", "HEAD~1"])
  const treeOf = (checkout: string) => must(checkout, ["rev-parse", "HEAD^{tree}"])
  branch = { tree: await treeOf(after), treeBefore: await treeOf(before) }
  report = makeReport(
    [
      makeResult("after", "version", tried("models.example")),
      makeResult("before", "version", tried("models.example", "app.example")),
      makeResult("after", "models"),
      makeResult("before", "models"),
    ],
    {
      executables: [await build("after", after), await build("before", before)],
      scenarios: [scenario("version", version), scenario("models", models)],
    },
  )
})

const tried = (...names: string[]) => names.map((name) => makeAttempt({ name }))

async function build(id: string, checkout: string): Promise<Report["executables"][number]> {
  const file = join(checkout, BUILD)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, id)
  const sha256 = createHash("sha256").update(id).digest("hex")
  return { id, file, variant: "stock", bytes: id.length, sha256, isPinnedStock: false, leftOut: [] }
}

function scenario(name: string, { title, what }: { title: string; what: string }) {
  return { name, title, what, group: "commands" as const, worksOffline: true, needs: [], allowed: [] }
}

async function read() {
  const file = join(folder, "report.json")
  await writeFile(file, JSON.stringify(report))
  return readFigures(file, branch)
}

const HEAD = "| scenario | without this change: tried to reach | with it: tried to reach |\n|---|---|---|\n"
const ROW = "| --version | models.example (1), app.example (1) | models.example (1) |"

test("Figures are those of the branch beside what it starts from, in whatever order, also of some scenarios", async () => {
  expect(await read()).toBe(`${HEAD}${ROW}\n\nIn 1 more, neither tried anything.`)
  report.executables.reverse()
  expect(await read()).toBe(`${HEAD}${ROW}\n\nIn 1 more, neither tried anything.`)
})

test("Figures say where a build did not do its job: trying nothing is no merit then", async () => {
  report.results[2]!.worked = false
  expect(await read()).toContain(
    `${ROW}\n| models | nothing | nothing; did not do its job |\n\nWhere a build`,
  )
})

test("Figures of a command line of one's own have it as their scenario", async () => {
  report.scenarios = [scenario(COMMAND.name, { title: "opencode a|b", what: COMMAND.what })]
  report.results = [makeResult("after", COMMAND.name), makeResult("before", COMMAND.name, tried("a.example"))]
  expect(await read()).toBe(`${HEAD}| opencode a\\|b | a.example (1) | nothing |`)
})

test("No scenario of this project's sets a flag that a pull request brings", async () => {
  const requests = await readPullRequests()
  const flags = requests
    .flatMap(({ forms }) => Object.values(forms).flat())
    .flatMap(({ rows = [] }) => rows.flatMap(({ cells }) => cells[0]!.match(/OPENCODE_\w+/g) ?? []))
  expect(flags).toContain("OPENCODE_DISABLE_WEB")
  const folder = join(import.meta.dirname, "../../../audit")
  for await (const file of new Bun.Glob("**/*.ts").scan({ cwd: folder })) {
    const text = await readFile(join(folder, file), "utf8")
    expect(
      flags.filter((flag) => new RegExp(`\\b${flag}\\b`).test(text)),
      file,
    ).toEqual([])
  }
})

test("The model catalogue that upstream's script writes is no change to the files", async () => {
  await writeFile(join(before, "packages/opencode/src/models-snapshot.ts"), "")
  expect(await read()).toContain(ROW)
})

const refused: [title: string, change: () => unknown, message: string][] = [
  ["with the switch on", () => (report.executables[0]!.variant = "offline"), "was run with the switch on"],
  [
    "with the option --offline",
    () => report.results[0]!.runs[0]!.command.push("--offline"),
    "had the option",
  ],
  [
    "in a scenario of another name",
    () => (report.scenarios[0]!.name = "mine"),
    "the scenario mine is not this project's",
  ],
  [
    "in another scenario of the same name",
    () => (report.scenarios[0]!.what = "Sets a variable."),
    "the scenario version is not this project's",
  ],
  [
    "of upstream's release",
    () => (report.executables[1]!.isPinnedStock = true),
    "is upstream's release, which differs in more",
  ],
  ["of one build", () => report.executables.pop(), "does not compare two builds"],
  [
    "of the branch and itself",
    () => (report.executables[1] = { ...report.executables[0]!, id: "before" }),
    "does not compare two builds",
  ],
  [
    "of three",
    () => report.executables.push({ ...report.executables[1]!, id: "more" }),
    "compare two builds",
  ],
  ["of a build that is gone", () => rm(join(before, BUILD)), "the build is gone"],
  ["of a file that was changed since", () => writeFile(join(after, BUILD), "other"), "not the file that was"],
  [
    "of what lies in no checkout",
    async () => {
      const file = join(folder, "opencode")
      await writeFile(file, "after")
      report.executables[0]!.file = file
    },
    "was not built in a checkout",
  ],
  [
    "of a folder that git does not know",
    () => rm(join(after, ".git"), { recursive: true }),
    "is no checkout",
  ],
  [
    "of another commit",
    async () => {
      await writeFile(join(after, SOURCE), "more than that")
      await commit(after, "more")
      await build("after", after)
    },
    "was built of other files than the branch's",
  ],
  [
    "of a checkout that came to the branch after the build",
    () => utimes(join(after, BUILD), new Date(), new Date(Date.now() - 60_000)),
    "is newer than the build: build again",
  ],
  [
    "of files that were changed",
    async () => {
      await writeFile(join(after, SOURCE), "changed")
      await build("after", after)
    },
    "files were changed in",
  ],
  [
    "of files that were added",
    async () => {
      await writeFile(join(before, "bunfig.toml"), "")
      await build("before", before)
    },
    "files were changed in",
  ],
  [
    "that were not recorded to the end",
    () => (report.results[0]!.incomplete = "killed"),
    "version was not recorded to its end: killed",
  ],
  [
    "that a time limit cut off",
    () => (report.results[3]!.notMeasured = "time limit"),
    "models was not recorded to its end: time limit",
  ],
  ["that one of them lacks", () => report.results.pop(), "models was not run with both builds alike"],
  [
    "of different networks",
    () => (report.results[3]!.mode = "drop"),
    "models was not run with both builds alike",
  ],
  ["of another form", () => Object.assign(report, { results: 1 }), "expected array"],
]
test.each(refused)("Figures %s are refused", async (_title, change, message) => {
  await change()
  const failure = await read().catch((error: Error) => error.message)
  expect(failure).toContain("There are no figures to quote in")
  expect(failure).toContain(message)
  expect(failure).toContain("next: --no-figures leaves them out")
})
