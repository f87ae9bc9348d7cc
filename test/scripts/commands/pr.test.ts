import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Report } from "../../../scripts/audit/report.ts"
import { run } from "../../../scripts/lib/process.ts"
import { readFigures } from "../../../scripts/pr/figures.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"
import { serveGit } from "../../lib/git-server.ts"
import { commit, makeUpstream, must } from "../../lib/stand-in-upstream.ts"

const ROOT = join(import.meta.dirname, "../../..")

let root: string
let upstream: string
let base: string
let server: Awaited<ReturnType<typeof serveGit>>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pr-"))
  for (const vintage of ["namespaces", "effect"] as const) {
    await mkdir(join(root, vintage))
    await makeUpstream(join(root, vintage), vintage)
  }
  upstream = join(root, "namespaces")
  base = await must(upstream, ["rev-parse", "dev"])
  server = await serveGit(root)
})
afterAll(async () => {
  server.stop()
  await rm(root, { recursive: true, force: true })
})

const PERSON = {
  GIT_AUTHOR_NAME: "A Person",
  GIT_AUTHOR_EMAIL: "person@localhost",
  GIT_AUTHOR_DATE: "1767323045 +0000",
}

async function pr(args: string[], env: Record<string, string> = PERSON) {
  const result = await run(process.execPath, [join(ROOT, "scripts/commands/pr.ts"), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  const { exitCode, stdout, stderr } = result
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

let count = 0
async function prepare(name: string, args: string[] = ["--no-figures"], vintage = "namespaces") {
  const out = join(root, `out-${count++}`)
  const where = [
    "--git-url",
    `${server.url}/${vintage}/.git`,
    "--base",
    "dev",
    "--cache",
    join(root, "cache"),
  ]
  const result = await pr([name, ...where, "--out", out, ...args])
  const file = (name: string) => readFile(join(out, name), "utf8")
  return { ...result, out, tree: join(out, "tree"), file }
}

/** One that is prepared once for all that change nothing in it. */
const prepared = new Map<string, ReturnType<typeof prepare>>()
function prepareOnce(name: string) {
  const made = prepared.get(name) ?? prepare(name)
  prepared.set(name, made)
  return made
}

test("--check-tree counts the places in upstream's files, and ends with 1 where one is not as stated", async () => {
  const folder = join(root, "effect")
  const { exitCode, stdout } = await pr(["--check-tree", folder])
  expect({ exitCode, wrong: stdout.match(/^[✖–].*/gm) }).toEqual({ exitCode: 0, wrong: null })
  const part = join(root, "part")
  const flags = "packages/core/src/flag/flag.ts"
  await mkdir(join(part, "packages/core/src/flag"), { recursive: true })
  const text = await readFile(join(folder, flags), "utf8")
  await writeFile(join(part, flags), text.replace("OPENCODE_DISABLE_MODELS_FETCH:", "ANOTHER:"))
  const changed = await pr(["--check-tree", part, "--json"])
  expect(changed.exitCode).toBe(1)
  const [file] = JSON.parse(changed.stdout).files
  expect(file).toMatchObject({
    file: flags,
    finders: expect.arrayContaining([expect.objectContaining({ found: 0 })]),
  })
})

describe("a pull request", () => {
  test.each(["namespaces", "effect"])("is a branch on the base with one commit, for %s", async (vintage) => {
    const { exitCode, stderr, out, tree } = await prepare("models-decide-first", ["--no-figures"], vintage)
    expect(exitCode, stderr).toBe(0)
    const dev = await must(join(root, vintage), ["rev-parse", "dev"])
    expect(await must(tree, ["rev-parse", "HEAD~1"])).toBe(dev)
    expect(await must(tree, ["branch", "--show-current"])).toBe("models-decide-first")
    expect(await must(tree, ["log", "-1", "--format=%an <%ae> %s"])).toBe(
      "A Person <person@localhost> fix(provider): let the models flag decide before the cache is read",
    )
    const message = await must(tree, ["log", "-1", "--format=%B"])
    expect(message.split("\n").filter((line) => line.length > 72)).toEqual([])
    expect(await must(tree, ["status", "--porcelain"])).toBe("")
    expect((await readdir(out)).sort()).toEqual([
      ".generated.md",
      expect.stringMatching(/^0001-fix-provider-.*\.patch$/),
      "body.md",
      "title.txt",
      "tree",
    ])
    expect(await must(tree, ["diff", "--name-only", "HEAD~1"])).not.toContain("offline")
  })

  test("is applied by git am to the base, file by file, and gives the branch's tree", async () => {
    const { out, tree } = await prepareOnce("offline-switch")
    const files = (await readdir(out)).filter((name) => name.endsWith(".patch")).sort()
    expect(files).toHaveLength(8)
    const other = join(root, `am-${count++}`)
    await must(root, ["clone", "--quiet", upstream, other])
    const who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    await must(other, [...who, "am", "--quiet", ...files.map((f) => join(out, f))])
    expect(await must(other, ["rev-parse", "HEAD^{tree}"])).toBe(
      await must(tree, ["rev-parse", "HEAD^{tree}"]),
    )
  })

  test("that builds on others has their commits first, and only those that the base lacks", async () => {
    const { stderr, tree, file } = await prepareOnce("offline-switch")
    const titles = (await must(tree, ["log", "--reverse", "--format=%s", `${base}..HEAD`])).split("\n")
    expect(titles.slice(4).every((title) => /\(offline\): /.test(title))).toBe(true)
    expect(stderr).toContain("4 commits, ")
    expect(await file("body.md")).toContain(
      "It builds on these, whose commits come first:\n\n- feat(ripgrep): ",
    )
    const merged = await prepareOnce("ripgrep-disable-download")
    await must(upstream, ["fetch", "--quiet", merged.tree, "HEAD:with-ripgrep"])
    const { tree: on } = await prepare("offline-switch", ["--no-figures", "--base", "with-ripgrep"])
    const first = await must(upstream, ["rev-parse", "with-ripgrep"])
    expect((await must(on, ["log", "--format=%s", `${first}..HEAD`])).split("\n")).toHaveLength(7)
  })

  test("has upstream's own template filled in with what was done, and nothing ticked that is a person's", async () => {
    const { file, tree } = await prepare("npm-disable-install")
    const body = await file("body.md")
    expect(await file("title.txt")).toBe("feat(plugin): add a flag that disables npm installs\n")
    expect(body).toContain("### Issue for this PR\n\nCloses #37888\n\nRelated: #")
    expect(body).toContain("- [ ] Bug fix\n- [x] New feature\n- [ ] Refactor\n")
    expect(body).toContain("- [ ] I tried it\n- [ ] Nothing else is in it\n")
    expect(body).toContain("Tests: `packages/opencode/test/plugin/install-flag.test.ts`\n")
    expect(body).not.toContain("Please provide")
    expect(body).toEndWith("### How it is merged\n\nBy squashing.\n")
    const numstat = (await must(tree, ["diff", "--numstat", "HEAD~1"]))
      .split("\n")
      .map((line) => line.split("\t"))
    const touched = Array.from(body.matchAll(/^- `(\S+)`: \+(\d+) −(\d+)$/gm), ([, name, added, removed]) => [
      added!,
      removed!,
      name!,
    ])
    expect(touched).toEqual(numstat)
  })

  test("closes the issue that is named instead of its first", async () => {
    const { file, exitCode } = await prepare("models-decide-first", ["--no-figures", "--issue", "4711"])
    expect(await file("body.md")).toContain("Closes #4711\n\nRelated: #10766, #4959\n")
    expect(exitCode).toBe(0)
  })

  test("to the repository of a dependency starts there, and needs no template", async () => {
    const other = join(root, "octokit")
    await mkdir(join(other, "src"), { recursive: true })
    await writeFile(
      join(other, "src/endpoints-to-methods.ts"),
      "const endpointMethodsMap = new Map();\nfor (const [scope, all] of Object.entries(ENDPOINTS)) {\n  endpointMethodsMap.set(scope, all);\n}\nexport function endpointsToMethods() {\n  return endpointMethodsMap;\n}\n",
    )
    await must(other, ["init", "--quiet", "--initial-branch=main"])
    await commit(other, "first")
    const { exitCode, stderr, tree, file } = await prepare(
      "octokit-read-endpoints-lazily",
      ["--no-figures", "--base", "main", "--git-url", other],
      "none",
    )
    expect(exitCode, stderr).toBe(0)
    expect(await must(tree, ["show", "HEAD:src/endpoints-to-methods.ts"])).toContain("fillEndpoints();")
    expect(await file("body.md")).toContain("- `src/endpoints-to-methods.ts`: +")
  })
})

test("--list names those that can be made and where they go, and no patch of the build", async () => {
  const { stdout, exitCode } = await pr(["--list"])
  expect(exitCode).toBe(0)
  expect(stdout).toStartWith("To upstream's repository:\n  models-decide-first")
  expect(stdout).toContain("after ripgrep-disable-download, tui-disable-parsers")
  expect(stdout).toMatch(/To https:\/\/github\.com\/anomalyco\/opentui:\n {2}opentui-load-lazily/)
  expect(stdout).not.toContain("share-refuse")
})

describe("no pull request is prepared, and nothing is left behind,", () => {
  const refused: [title: string, name: string, args: string[], message: string][] = [
    ["of a patch of the build", "share-refuse", ["--no-figures"], "There is no pull request named"],
    [
      "that makes no sense on the base",
      "web-answer-missing",
      ["--no-figures"],
      "1.3 has no page inside; the proxy is its only one",
    ],
    [
      "that closes no number",
      "web-disable",
      ["--no-figures", "--issue", "12a"],
      "must be the number of an issue",
    ],
    [
      "from a base that is not there",
      "web-disable",
      ["--no-figures", "--base", "none"],
      'no branch or tag "none"',
    ],
    [
      "without figures that were not left out",
      "web-disable",
      ["--report", "none.json"],
      "--no-figures leaves them out",
    ],
  ]
  test.each(refused)("%s", async (_title, name, args, message) => {
    const { exitCode, stderr, out } = await prepare(name, args)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
    expect((await readdir(root)).filter((name) => join(root, name).startsWith(`${out}`))).toEqual([])
  })

  test("over a folder that something else made", async () => {
    const out = join(root, "mine")
    await mkdir(out)
    await writeFile(join(out, "notes"), "mine")
    const { exitCode, stderr } = await prepare("web-disable", ["--no-figures", "--out", out])
    expect(stderr).toContain("is left as it is")
    expect(exitCode).toBe(2)
    expect(await readdir(out)).toEqual(["notes"])
  })
})

describe("the figures", () => {
  /** An audit of a build that lies in a prepared tree, and of upstream's release. */
  async function audit(tree: string, change: (report: Report) => void = () => {}) {
    const file = join(tree, "packages/opencode/dist/opencode-x/bin/opencode")
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, "built")
    const tried = (...names: string[]) => names.map((name) => makeAttempt({ name }))
    const results = [
      makeResult("stock", "one", tried("models.example", "app.example")),
      makeResult("stock-2", "one", tried("models.example")),
      makeResult("stock", "two"),
      makeResult("stock-2", "two"),
    ]
    const report = makeReport(results, { allScenarios: false })
    const [stock] = report.executables
    const sha256 = createHash("sha256").update("built").digest("hex")
    report.executables = [
      { ...stock!, id: "stock", variant: "stock", isPinnedStock: true },
      { ...stock!, id: "stock-2", variant: "stock", isPinnedStock: false, file, sha256 },
    ]
    change(report)
    const path = join(root, `report-${count++}.json`)
    await writeFile(path, JSON.stringify(report))
    return path
  }

  /** As the command reads them for a branch. That it leaves nothing when they are refused is seen above. */
  const figuresFor = async (tree: string, report: string) =>
    readFigures(report, { tree: await must(tree, ["rev-parse", "HEAD^{tree}"]) })

  test("are those of a build of this branch alone, also of some scenarios", async () => {
    const { tree } = await prepareOnce("web-disable")
    const { exitCode, stderr, file } = await prepare("web-disable", ["--report", await audit(tree)])
    expect(exitCode, stderr).toBe(0)
    expect(await file("body.md")).toContain(
      "| The first | models.example (1), app.example (1) | models.example (1) |\n\nIn 1 more, neither",
    )
  })

  const wrong: [title: string, change: (report: Report) => void, message: string][] = [
    [
      "of a build with the switch on",
      (one) => (one.executables[1]!.variant = "offline"),
      "with the switch on",
    ],
    ["without upstream's release", (one) => one.executables.shift(), "does not compare upstream's release"],
    [
      "of a file that was changed since",
      (one) => (one.executables[1]!.sha256 = "0".repeat(64)),
      "not the file that was",
    ],
    [
      "that are not whole",
      (one) => (one.results[0]!.incomplete = "killed"),
      "not recorded to its end: killed",
    ],
    ["of another form", (one) => Object.assign(one, { results: 1 }), "expected array"],
  ]
  test.each(wrong)("%s are not quoted", async (_title, change, message) => {
    const { tree } = await prepareOnce("web-disable")
    await expect(figuresFor(tree, await audit(tree, change))).rejects.toThrow(message)
  })

  test("of another branch, or of files that were changed, are not quoted", async () => {
    const { tree } = await prepareOnce("ripgrep-disable-download")
    const own = await prepare("web-disable")
    await expect(figuresFor(own.tree, await audit(tree))).rejects.toThrow(
      "was built of other files than the branch's",
    )
    const report = await audit(own.tree)
    await writeFile(join(own.tree, "packages/opencode/src/index.ts"), "changed")
    await expect(figuresFor(own.tree, report)).rejects.toThrow("files were changed in")
  })
})

describe("a check", () => {
  test("says which boxes are a person's, and warns of the tool's own words; ticked and rewritten, it passes", async () => {
    const { out } = await prepare("web-disable")
    const first = await pr(["--check", out])
    expect(first.exitCode).toBe(1)
    expect(first.stdout).toContain("0 of 2 boxes ticked")
    expect(first.stdout).toContain("they are yours to tick")
    expect(first.stdout).toContain("! ")
    expect(first.stdout).toContain('"What does this PR do?" is as npm run pr wrote it')
    const body = join(out, "body.md")
    const text = await readFile(body, "utf8")
    const own = text
      .replace(/- \[ \] (I tried|Nothing)/g, "- [x] $1")
      .replace("A server that only", "Servers that only")
    await writeFile(body, own.replace("Tests: ", "I ran "))
    expect(await pr(["--check", out])).toMatchObject({ exitCode: 0, stdout: `✔ ${body}\n` })
  })

  test("warns of a branch that holds more than one concern", async () => {
    const { out } = await prepareOnce("offline-switch")
    const { stdout } = await pr(["--check", out])
    expect(stdout).toContain(
      "more than one concern: its commits are about ripgrep, tui, plugin, cli, offline",
    )
  })

  test("takes a folder of folders and a body with a title, and says that there are no commits", async () => {
    const folder = join(root, "checked", "one")
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, "body.md"),
      await readFile(join(upstream, ".github/pull_request_template.md"), "utf8"),
    )
    await writeFile(join(folder, "title.txt"), "Decide first\n")
    for (const path of [folder, join(root, "checked"), join(folder, "body.md")]) {
      const { exitCode, stdout } = await pr(["--check", path])
      expect(exitCode).toBe(1)
      expect(stdout.match(/^✖ .*body\.md: /gm)).toHaveLength(6)
      expect(stdout).toContain("no .patch file beside it")
    }
  })

  test("cannot be made of a body without a title, or of nothing", async () => {
    await writeFile(join(root, "body-alone.md"), "### What")
    for (const [path, message] of [
      [join(root, "body-alone.md"), "it has no title"],
      [join(root, "nowhere"), "no such file"],
    ] as const) {
      const { exitCode, stderr } = await pr(["--check", path])
      expect(stderr).toContain(message)
      expect(exitCode).toBe(2)
    }
  })
})
