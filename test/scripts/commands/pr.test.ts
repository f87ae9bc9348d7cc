import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { INSTALL } from "../../../scripts/build/install-dependencies.ts"
import { serve, serverUrl } from "../../../scripts/harness/scenarios.ts"
import { defaultCache } from "../../../scripts/lib/npm/cache.ts"
import { loadNpmOptions } from "../../../scripts/lib/npm/config.ts"
import { proxyVariables, writeNpmHome } from "../../../scripts/lib/npm/npmrc.ts"
import { run } from "../../../scripts/lib/process.ts"
import { readSeries } from "../../../scripts/patching/read-series.ts"
import { runBun } from "../../../scripts/upstream/git/run-bun.ts"
import { makeAttempt, makeReport, makeResult } from "../../lib/audit-report.ts"
import { serveGit } from "../../lib/git-server.ts"
import { commit, makeUpstream, must } from "../../lib/stand-in-upstream.ts"
import { gitPin, stockBun, target } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")

/** Our own words under the headings that upstream's bots look for. */
const TEMPLATE = `### Issue for this PR

Closes #

### Type of change

- [ ] Bug fix
- [ ] New feature
- [ ] Refactor

### What does this PR do?

Please provide a description of the issue, in your words.

### How did you verify your code works?

### Screenshots / recordings

_Only for what is seen._

### Checklist

- [ ] I tried it
- [ ] Nothing else is in it

### How it is merged

By squashing.
`

let root: string
let upstream: string
let report: string
let base: string
let server: Awaited<ReturnType<typeof serveGit>>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pr-"))
  upstream = join(root, "upstream")
  await mkdir(upstream)
  await makeUpstream(upstream)
  await mkdir(join(upstream, ".github"))
  await writeFile(join(upstream, ".github/pull_request_template.md"), TEMPLATE)
  base = await commit(upstream, "template")
  report = join(root, "report.json")
  await writeFile(report, JSON.stringify(makeAudit()))
  const names = (await readSeries()).map(({ name }) => name).filter((name) => name !== "error-show-offline")
  const build = { executable: { sha256: "00" }, patches: names.map((name) => ({ name })) }
  await writeFile(join(root, "build.json"), JSON.stringify(build))
  server = await serveGit(root)
})
afterAll(async () => {
  server.stop()
  await rm(root, { recursive: true, force: true })
})

/** An audit of all scenarios, in which upstream's executable tried something and the one of build.json did not. */
function makeAudit() {
  const tried = (...names: string[]) => names.map((name) => makeAttempt({ name }))
  const results = [
    makeResult("stock", "one", tried("models.example", "app.example")),
    makeResult("stock", "one", tried("models.example"), { mode: "drop" }),
    makeResult("offline", "one"),
    makeResult("stock", "two"),
    makeResult("offline", "two"),
  ]
  return makeReport(results, { allScenarios: true })
}

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
async function prepare(patch: string, args: string[] = []) {
  const out = join(root, `out-${count++}`)
  const where = ["--git-url", `${server.url}/upstream/.git`, "--base", "dev", "--cache", join(root, "cache")]
  const result = await pr([patch, ...where, "--report", report, "--out", out, ...args])
  const file = (name: string) => readFile(join(out, name), "utf8")
  return { ...result, out, tree: join(out, "tree"), file }
}

describe("a pull request from a patch", () => {
  test("is a branch on the base, with a commit for what it uses of offline/ and one for the patch", async () => {
    const { exitCode, stderr, out, tree } = await prepare("config-remote-skip")
    expect(exitCode, stderr).toBe(0)
    expect(await must(tree, ["rev-parse", "HEAD~2"])).toBe(base)
    expect(await must(tree, ["branch", "--show-current"])).toBe("config-remote-skip")
    expect(await must(tree, ["log", "-2", "--format=%an <%ae> %s"])).toBe(
      [
        "A Person <person@localhost> feat(config): go on without remote configuration when offline",
        "A Person <person@localhost> feat(offline): add the offline switch and its guard",
      ].join("\n"),
    )
    expect(await must(tree, ["status", "--porcelain"])).toBe("")
    expect((await readdir(out)).sort()).toEqual([
      expect.stringMatching(/^0001-feat-offline-.*\.patch$/),
      expect.stringMatching(/^0002-feat-config-.*\.patch$/),
      "body.md",
      "title.txt",
      "tree",
    ])
  })

  test("brings no module of offline/ that it does not use, and what it brings can be bundled", async () => {
    const { tree } = await prepare("config-offline-key")
    const folder = join(tree, "packages/opencode/src/offline")
    const files = await readdir(folder, { recursive: true })
    expect(files).toContain("schema.ts")
    expect(files).toContain("guard/install.ts")
    for (const left of ["web-ui.ts", "web-ui", "grammars.ts", "kit.ts", "inside/load.ts"])
      expect(files).not.toContain(left)
    const entry = join(folder, "index.ts")
    expect(await readFile(entry, "utf8")).toContain("Object.freeze({\n  configSchema,\n})")
    const built = await Bun.build({ entrypoints: [entry], target: "bun", external: ["jsonc-parser"] })
    expect(built.success).toBe(true)
    expect(await must(tree, ["show", "--stat", "--format=", "HEAD"])).toContain("src/config/config.ts")
  })

  test("is applied by git am to the base, file by file, and gives the branch's tree", async () => {
    const { out, tree } = await prepare("server-serve-web-ui")
    const files = (await readdir(out)).filter((name) => name.endsWith(".patch")).sort()
    expect(files).toEqual([
      expect.stringMatching(/^0001-feat-offline-/),
      expect.stringMatching(/^0002-feat-build-/),
      expect.stringMatching(/^0003-fix-server-/),
    ])
    expect(await readdir(join(tree, "packages/opencode/src/offline/build"))).toContain("embed.ts")
    const other = join(root, `am-${count++}`)
    await must(root, ["clone", "--quiet", upstream, other])
    await must(other, [
      "-c",
      "user.name=x",
      "-c",
      "user.email=x@localhost",
      "am",
      "--quiet",
      ...files.map((f) => join(out, f)),
    ])
    expect(await must(other, ["rev-parse", "HEAD^{tree}"])).toBe(
      await must(tree, ["rev-parse", "HEAD^{tree}"]),
    )
  })

  test("has upstream's own template filled in, with the audit's figures, stock against patched", async () => {
    const { file } = await prepare("config-remote-skip")
    const body = await file("body.md")
    expect(await file("title.txt")).toBe("feat(config): go on without remote configuration when offline\n")
    expect(body).toContain("### Issue for this PR\n\nCloses #18233\n")
    expect(body).toContain("- [ ] Bug fix\n- [x] New feature\n- [ ] Refactor\n")
    expect(body).toContain("- [x] I tried it\n- [x] Nothing else is in it\n")
    expect(body).toContain(
      "| The first | models.example (2), app.example (1) | nothing |\n\nIn 1 more, neither",
    )
    expect(body).toContain("- `src/config/config.ts`: ")
    expect(body).not.toContain("Please provide")
    expect(body).toEndWith("### How it is merged\n\nBy squashing.\n")
  })

  test("closes the issue that is named instead of the first of the patch", async () => {
    const named = await prepare("server-serve-web-ui", ["--issue", "4711"])
    expect(await named.file("body.md")).toContain("Closes #4711\n\nRelated: #8549, #12445, #11981, #12083\n")
    expect(named.exitCode).toBe(0)
  })
})

test("what is prepared compiles by upstream's own build script, and serves its page without a proxy", async () => {
  const { tree } = await prepare("server-serve-web-ui")
  const home = join(root, "home")
  const npm = await loadNpmOptions(ROOT)
  await writeNpmHome(home, npm)
  const models = join(home, "models.json")
  await writeFile(models, "{}")
  const bun = await stockBun(target.name, gitPin)
  const env = {
    ...proxyVariables(npm),
    BUN_INSTALL_CACHE_DIR: join(defaultCache(), "bun"),
    OPENCODE_VERSION: gitPin.version,
    OPENCODE_CHANNEL: "latest",
    MODELS_DEV_API_JSON: models,
  }
  const inTree = (args: string[], cwd: string) => runBun(args, { bun, cwd, home, env, onLine: () => {} })
  expect(await inTree(INSTALL, tree)).toMatchObject({ ok: true })
  const folder = join(tree, "packages/opencode")
  expect(await inTree(["run", "script/build.ts", "--single", "--skip-install"], folder)).toMatchObject({
    ok: true,
  })
  const [executable] = await Array.fromAsync(
    new Bun.Glob("dist/*/bin/opencode").scan({ cwd: folder, absolute: true }),
  )
  let page = ""
  const { attempts } = await serve({ executable: executable! }, async ({ fetch }) => {
    page = await (await fetch(serverUrl, { headers: { accept: "text/html" } })).text()
  })
  expect(page).toContain("<title>Stand-in</title>")
  expect(attempts).toEqual([])
})

describe("no pull request is prepared, and nothing is left behind,", () => {
  const refused: [title: string, patch: string, args: string[], message: string][] = [
    [
      "of a patch that the audited build has not",
      "error-show-offline",
      [],
      "built without error-show-offline",
    ],
    ["of a patch that is only for offline builds", "share-refuse", [], "is not for upstream"],
    ["of a patch that is not there", "no-such-patch", [], "There is no patch named"],
    [
      "of a patch that edits a dependency",
      "opentui-load-lazily",
      [],
      "edits a dependency, which has a repository of its own",
    ],
    ["that closes no number", "config-remote-skip", ["--issue", "12a"], "must be the number of an issue"],
    ["from a base that is not there", "config-remote-skip", ["--base", "none"], 'no branch or tag "none"'],
    [
      "from a base without a template",
      "config-remote-skip",
      ["--base", "v1.3.0"],
      "template for pull requests is not there",
    ],
    [
      "without a report of the audit",
      "config-remote-skip",
      ["--report", "none.json"],
      "npm run build && npm run audit",
    ],
  ]
  test.each(refused)("%s", async (_title, patch, args, message) => {
    const { exitCode, stderr, out } = await prepare(patch, args)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
    expect((await readdir(root)).filter((name) => join(root, name).startsWith(out))).toEqual([])
  })

  const reports: [title: string, change: (report: ReturnType<typeof makeAudit>) => void, message: string][] =
    [
      [
        "found something",
        (one) => one.findings.push({ kind: "tried", executable: "offline", line: "offline tried x.example" }),
        "offline tried x.example",
      ],
      ["did not run upstream's executable", (one) => one.executables.shift(), "does not compare"],
      [
        "is not complete",
        (one) => (one.results[0]!.incomplete = "killed"),
        "not recorded to its end: killed",
      ],
      ["ran some scenarios only", (one) => (one.allScenarios = false), "not all scenarios were run"],
      ["is of another build", (one) => (one.executables[1]!.sha256 = "1".repeat(64)), "is of another build"],
      ["is of another form", (one) => Object.assign(one, { results: 1 }), "expected array"],
    ]
  test.each(reports)("from an audit that %s", async (_title, change, message) => {
    const other = join(root, "other.json")
    const audit = makeAudit()
    change(audit)
    await writeFile(other, JSON.stringify(audit))
    const { exitCode, stderr } = await prepare("config-remote-skip", ["--report", other])
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })

  test("over a folder that something else made", async () => {
    const out = join(root, "mine")
    await mkdir(out)
    await writeFile(join(out, "notes"), "mine")
    const { exitCode, stderr } = await prepare("config-remote-skip", ["--out", out])
    expect(stderr).toContain("is left as it is")
    expect(exitCode).toBe(2)
    expect(await readdir(out)).toEqual(["notes"])
  })
})

describe("a check", () => {
  test("takes a folder, a folder of folders and a body with a title, and says what the bots would", async () => {
    const folder = join(root, "checked", "one")
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, "body.md"), TEMPLATE)
    await writeFile(join(folder, "title.txt"), "Decide first\n")
    for (const path of [folder, join(root, "checked"), join(folder, "body.md")]) {
      const { exitCode, stdout } = await pr(["--check", path])
      expect(exitCode).toBe(1)
      expect(stdout.match(/^✖ .*body\.md: /gm)).toHaveLength(6)
    }
    const feat = await pr(["--check", folder, "--title", "feat: decide first"])
    expect(feat.stdout.match(/^✖ /gm)).toHaveLength(4)
  })

  test("passes what was prepared, again over the last one, and fails once its boxes are opened", async () => {
    const { out } = await prepare("config-remote-skip")
    expect((await prepare("config-remote-skip", ["--out", out])).exitCode).toBe(0)
    expect(await pr(["--check", out])).toMatchObject({ exitCode: 0, stdout: `✔ ${join(out, "body.md")}\n` })
    const body = join(out, "body.md")
    await writeFile(body, (await readFile(body, "utf8")).replaceAll("[x]", "[ ]"))
    expect((await pr(["--check", out])).exitCode).toBe(1)
  })

  test("cannot be made of a body without a title, or of nothing", async () => {
    await writeFile(join(root, "body-alone.md"), TEMPLATE)
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
