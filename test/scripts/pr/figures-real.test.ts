import { afterAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { pinName } from "../../../scripts/pins/pin.ts"
import { runBun } from "../../../scripts/upstream/git/run-bun.ts"
import { catalogue } from "../../lib/catalogue.ts"
import { installUpstream } from "../../lib/install-upstream.ts"
import { once } from "../../lib/once.ts"
import { makeUpstream, must } from "../../lib/stand-in-upstream.ts"
import { pinWith, stockBun, target } from "../../lib/stock.ts"

// From a branch to figures in its body, by the commands of docs/upstream.md, on the stand-in for the newest 1.x.

const ROOT = join(import.meta.dirname, "../../..")
const NAME = "web-answer-missing"

const root = await mkdtemp(join(tmpdir(), "figures-real-"))
afterAll(() => rm(root, { recursive: true, force: true }))

const newest = await pinWith(({ git }) => git.commit === undefined)
const upstream = join(root, "upstream")
const out = join(root, "out")

function command(script: string, args: string[]) {
  const who = { GIT_AUTHOR_NAME: "A Person", GIT_AUTHOR_EMAIL: "person@localhost" }
  const words = [join(ROOT, "scripts/commands", script), ...args]
  return run(process.execPath, words, { cwd: ROOT, env: { ...process.env, ...who } })
}

function pr(name: string, ...args: string[]) {
  const where = ["--git-url", upstream, "--base", "dev", "--cache", join(root, "cache")]
  return command("pr.ts", [name, ...where, "--out", join(out, name), ...args])
}

const readBody = () => readFile(join(out, NAME, "body.md"), "utf8")

/** The branch without figures, and a build without its change and one with it. */
const builds = once(async () => {
  await mkdir(upstream)
  await makeUpstream(upstream, "effect")
  expect(await pr(NAME, "--no-figures")).toMatchObject({ exitCode: 0 })
  expect(await readBody()).not.toContain("|---|")
  const bun = await stockBun(target.name, newest)
  const models = join(root, "models.json")
  await writeFile(models, catalogue("acme"))
  const env = {
    OPENCODE_VERSION: newest.version,
    OPENCODE_CHANNEL: "latest",
    MODELS_DEV_API_JSON: models,
  }
  const [without, having] = ["without", "with"].map((one) => join(root, "builds", one))
  for (const checkout of [without!, having!]) {
    await must(root, ["clone", "--quiet", join(out, NAME, "tree"), checkout])
    if (checkout === without) await must(checkout, ["checkout", "--quiet", "HEAD~1"])
    const home = `${checkout}-home`
    await installUpstream(checkout, { bun, home })
    const cwd = join(checkout, "packages/opencode")
    const words = ["run", "script/build.ts", "--single", "--skip-install"]
    expect(await runBun(words, { bun, cwd, home, env, onLine: () => {} })).toMatchObject({ ok: true })
  }
  return [without!, having!].map((one) =>
    join(one, `packages/opencode/dist/opencode-${target.name}/bin/opencode`),
  )
})

/** The report of an audit of some scenarios. */
const report = once(async () => {
  const scenarios = ["serve", "version"].flatMap((name) => ["--scenario", name])
  const audit = join(root, "audit")
  const words = ["--pin", pinName(newest), ...scenarios, "--out", audit, ...(await builds())]
  expect(await command("audit.ts", ["--", ...words])).toMatchObject({ exitCode: 0 })
  return join(audit, "report-PARTIAL.json")
})

test("an audit of a build without a branch's change and of one with it stands in its body, which passes the check", async () => {
  const { exitCode, stderr } = await pr(NAME, "--issue", "4711", "--report", await report())
  expect(exitCode, String(stderr)).toBe(0)
  const body = await readBody()
  expect(body).toMatch(
    /^\| serve \| app\.example \(\d+\); did not do its job \| share\.example \(\d+\); did not do its job \|$/m,
  )
  expect(body).toContain("In 1 more, neither tried anything.")
  const own = body
    .replaceAll("- [ ] I tried", "- [x] I tried")
    .replaceAll("- [ ] Nothing", "- [x] Nothing")
    .replace("The web UI is embedded", "A release embeds the web UI")
    .replace("Tests: ", "I ran ")
  await writeFile(join(out, NAME, "body.md"), own)
  const checked = await command("pr.ts", ["--check", join(out, NAME)])
  expect(checked).toMatchObject({ exitCode: 0, stdout: `✔ ${join(out, NAME, "body.md")}\n` })
})

test("the same report is not quoted for another branch", async () => {
  const { exitCode, stderr } = await pr("web-disable", "--report", await report())
  expect(stderr).toContain("was built of other files than the branch's, or its base's")
  expect(exitCode).toBe(2)
})
