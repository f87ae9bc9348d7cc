import { writeFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { listPins, type Pin, readPin } from "../pins/pin.ts"
import { checkTree, isAsStated, tellTree } from "../pr/check-tree.ts"
import { makePage, PAGE } from "../pr/doc-tables.ts"
import { readFigures } from "../pr/figures.ts"
import { lint } from "../pr/lint.ts"
import { type Branch, makeBranch } from "../pr/make-branch.ts"
import { BODY, GENERATED, readPrepared, TITLE, withOutput } from "../pr/output.ts"
import type { NamedPullRequest } from "../pr/pull-request.ts"
import { findPullRequest, readPullRequests } from "../pr/read-pull-requests.ts"
import { tellPullRequests } from "../pr/tell-pull-requests.ts"
import { warn } from "../pr/warn.ts"
import { writeBody } from "../pr/write-body.ts"
import { resolveRef } from "../upstream/git/resolve-ref.ts"

const DESCRIPTION = `Prepares a pull request to upstream, or to the repository of a dependency, or checks one that was prepared.

In the output folder: tree/, a checkout of the base with a branch of the pull request's name; a file a commit, for git am;
title.txt and body.md. Nothing in it knows this project. Nothing is pushed, and no box is ticked that is a person's.

  npm run pr -- --list
  npm run pr -- models-decide-first --base dev --no-figures
  npm run pr -- --check dist/pr/models-decide-first
  npm run pr -- --check-tree ../opencode

Exit codes: 0 prepared, or nothing found; 1 upstream's bots would close it, or a place is not as stated; 2 could not run.`

interface Options {
  list?: true
  writeDocs?: true
  base?: string
  gitUrl?: string
  pin?: string
  issue?: number
  figures: boolean
  report: string
  out?: string
  cache: string
  check?: string | true
  title?: string
  checkTree?: string
  json?: true
}

await runCommand(async () => {
  const command = new Command("npm run pr --")
    .description(DESCRIPTION)
    .argument("[name]", "a name in pull-requests/series")
    .option("--list", "list those that can be made, and where each goes")
    .option("--write-docs", "write the tables of docs/upstream.md")
    .option("--base <ref>", "branch, tag or full commit to start from (default: the pin's commit)")
    .option("--git-url <origin>", "URL, path or git bundle to take it from (default: the repository's)")
    .option("--pin <name>", "a folder in pins/ (default: the newest whose commit is known)")
    .option("--issue <number>", "the issue that is closed (default: the pull request's first)", readNumber)
    .option(
      "--report <file>",
      "the audit's report of two builds, without this change and with it (docs/upstream.md)",
      "dist/audit-PARTIAL/report-PARTIAL.json",
    )
    .option("--no-figures", "leave out what an audit saw")
    .option("--out <folder>", "where it goes (default: dist/pr/<name>)")
    .option("--cache <folder>", "where mirrors are kept", defaultCache())
    .option("--check [path]", "check a folder made before, or a body, against what upstream's bots enforce")
    .option("--title <text>", "the title of a body that is checked (default: title.txt beside it)")
    .option("--check-tree <folder>", "count each finder's places in upstream's files, all or some of them")
    .option("--json", "what that found as JSON")
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const [name] = command.args
  if (options.check) return check(options.check === true ? "dist/pr" : options.check, options.title)
  const requests = await readPullRequests()
  if (options.checkTree) return tellFinders(options.checkTree, requests, options.json)
  if (options.list) return print(tellPullRequests(requests))
  if (options.writeDocs) {
    await writeFile(PAGE, await makePage(requests))
    return true
  }
  if (name) return prepare(requests, findPullRequest(requests, name), options)
  throw new Failure({
    what: "No pull request was named",
    why: "one is made at a time",
    next: "npm run pr -- --list",
  })
})

function readNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError("It must be the number of an issue.")
}

async function prepare(
  requests: NamedPullRequest[],
  request: NamedPullRequest,
  options: Options,
): Promise<boolean> {
  const progress = new Progress(3)
  const { name } = request
  const out = resolve(options.out ?? join("dist/pr", name))
  const cache = resolve(options.cache)
  const origin = await progress.step("Find the base", () => findBase(request, options))
  await withOutput(out, async (folder) => {
    const branch = await progress.step("Make the branch", async ({ result }) => {
      const made = await makeBranch(origin, requests, request, { cache, folder })
      result(tellSize(made, origin.commit))
      return made
    })
    await progress.step("Write title and body", async () => {
      const figures = options.figures ? await readFigures(resolve(options.report), branch) : undefined
      const body = writeBody({ ...branch, request, issue: options.issue, figures })
      await writeFile(join(folder, TITLE), `${request.subject}\n`)
      await writeFile(join(folder, BODY), body)
      await writeFile(join(folder, GENERATED), body)
    })
  })
  const folder = relative(process.cwd(), out) || "."
  console.log(
    `${folder}/tree  branch ${name}\nPut ${folder}/${BODY} into your own words, tick what you have done, and then: npm run pr -- --check ${folder}`,
  )
  return true
}

function tellSize({ vintage, below, commits, changes }: Branch, base: string): string {
  const added = changes.reduce((sum, change) => sum + change.added, 0)
  const own = `${commits.length} ${commits.length === 1 ? "commit" : "commits"}, ${changes.length} files, +${added}`
  const first = below.length > 0 ? `, behind ${below.map(({ name }) => name).join(", ")}` : ""
  return `${own}${first}, on ${base} (${vintage})`
}

async function findBase(
  { repository }: NamedPullRequest,
  { base, gitUrl, pin }: Options,
): Promise<{ url: string; commit: string }> {
  if (repository) {
    const url = gitUrl ?? repository.url
    return { url, commit: await resolveRef(url, base ?? repository.branch) }
  }
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
    next: "npm run pr -- NAME --base dev, or a full commit",
  })
}

async function check(path: string, title?: string): Promise<boolean> {
  const found = (await readPrepared(path, title)).map((one) => ({
    ...one,
    findings: lint(one),
    warnings: warn(one),
  }))
  for (const { file, findings, warnings } of found) {
    if (findings.length === 0) console.log(`✔ ${file}`)
    for (const finding of findings) console.log(`✖ ${file}: ${finding}`)
    for (const warning of warnings) console.log(`! ${file}: ${warning}`)
  }
  return found.every(({ findings }) => findings.length === 0)
}

async function tellFinders(folder: string, requests: NamedPullRequest[], json?: true): Promise<boolean> {
  const tree = await checkTree(resolve(folder), requests)
  console.log(json ? JSON.stringify(tree, null, 2) : tellTree(tree))
  return tree.files.every(({ finders }) => finders.every(isAsStated))
}

function print(text: string): boolean {
  console.log(text)
  return true
}
