import { writeFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSeries } from "../patching/read-series.ts"
import { listPins, type Pin, readPin } from "../pins/pin.ts"
import { readFigures } from "../pr/figures.ts"
import { findPatch } from "../pr/find-needs.ts"
import { lint } from "../pr/lint.ts"
import { makeBranch } from "../pr/make-branch.ts"
import { BODY, readPullRequests, TITLE, withOutput } from "../pr/output.ts"
import { writeBody } from "../pr/write-body.ts"
import { resolveRef } from "../upstream/git/resolve-ref.ts"

const DESCRIPTION = `Prepares a pull request to upstream from a patch, or checks one that was prepared.

In the output folder: tree/, a checkout of the base with a branch of the patch's name that holds the patch and what it
needs; a file a commit, for git am; title.txt and body.md. What is only for offline builds is left out. Nothing is
pushed. The figures in body.md are those of the last npm run audit.

  npm run pr -- config-remote-skip --base dev
  npm run pr -- --check dist/pr/config-remote-skip

Exit codes: 0 prepared, or nothing found; 1 upstream's bots would close it; 2 could not run.`

interface Options {
  base?: string
  gitUrl?: string
  pin?: string
  issue?: number
  report: string
  out?: string
  cache: string
  check?: string | true
  title?: string
}

await runCommand(async () => {
  const command = new Command("npm run pr --")
    .description(DESCRIPTION)
    .argument("[patch]", "a name in patches/series")
    .option("--base <ref>", "branch, tag or full commit to start from (default: the pin's commit)")
    .option("--git-url <origin>", "URL, path or git bundle to take it from (default: the pin's)")
    .option("--pin <name>", "a folder in pins/ (default: the newest whose commit is known)")
    .option("--issue <number>", "the issue that is closed (default: the patch's first)", readNumber)
    .option("--report <file>", "the audit's report", "dist/audit/report.json")
    .option("--out <folder>", "where it goes (default: dist/pr/<patch>)")
    .option("--cache <folder>", "where mirrors are kept", defaultCache())
    .option("--check [path]", "check a folder made before, or a body, against what upstream's bots enforce")
    .option("--title <text>", "the title of a body that is checked (default: title.txt beside it)")
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const [patch] = command.args
  if (options.check) return check(options.check === true ? "dist/pr" : options.check, options.title)
  if (patch) return prepare(patch, options)
  throw new Failure({
    what: "No patch was named",
    why: "a pull request is made from one patch",
    next: "npm run pr -- --help",
  })
})

function readNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError("It must be the number of an issue.")
}

async function prepare(name: string, options: Options): Promise<boolean> {
  const progress = new Progress(4)
  const out = resolve(options.out ?? join("dist/pr", name))
  const cache = resolve(options.cache)
  const series = await readSeries()
  const patch = findPatch(series, name)
  const figures = await progress.step("Read the audit's figures", () =>
    readFigures(resolve(options.report), name),
  )
  const origin = await progress.step("Find the base", () => findBase(options))
  const findings: string[] = []
  await withOutput(out, async (folder) => {
    const branch = await progress.step("Make the branch", async ({ result }) => {
      const made = await makeBranch(origin, series, patch, { cache, folder })
      result(`${made.commits.length} commits on ${origin.commit.slice(0, 12)}`)
      return made
    })
    await progress.step("Write title and body", async () => {
      const title = patch.subject
      const body = writeBody({ ...branch, patch, issue: options.issue, figures })
      findings.push(...lint({ title, body }))
      await writeFile(join(folder, TITLE), `${title}\n`)
      await writeFile(join(folder, BODY), body)
    })
  })
  const folder = relative(process.cwd(), out) || "."
  for (const finding of findings) console.log(`✖ ${folder}/${BODY}: ${finding}`)
  console.log(
    `${folder}/tree  branch ${name}\nCheck it again when it is edited: npm run pr -- --check ${folder}`,
  )
  return findings.length === 0
}

async function findBase({ base, gitUrl, pin }: Options): Promise<{ url: string; commit: string }> {
  const { git } = pin ? await readPin(pin) : await newestWithCommit()
  const url = gitUrl ?? git.url
  const ref = base ?? git.commit
  if (ref === undefined) throw noBase(pin!)
  return { url, commit: await resolveRef(url, ref) }
}

async function newestWithCommit(): Promise<Pin> {
  const pins = await Promise.all((await listPins()).map((name) => readPin(name)))
  return pins.find(({ git }) => git.commit !== undefined)!
}

function noBase(pin: string): Failure {
  return new Failure({
    what: `The pin ${pin} has no commit to start from`,
    why: "upstream's repository was not in reach when it was made",
    next: "npm run pr -- PATCH --base dev, or a full commit",
  })
}

async function check(path: string, title?: string): Promise<boolean> {
  const found = (await readPullRequests(path, title)).map((one) => ({ ...one, findings: lint(one) }))
  for (const { file, findings } of found) {
    if (findings.length === 0) console.log(`✔ ${file}`)
    for (const finding of findings) console.log(`✖ ${file}: ${finding}`)
  }
  return found.every(({ findings }) => findings.length === 0)
}
