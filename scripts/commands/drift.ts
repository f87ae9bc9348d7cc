import { readFile, rename, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { type Attempt, tryCommit, tryRelease } from "../drift/attempt.ts"
import { DOCS, MAKER, printDocsTable } from "../drift/docs-table.ts"
import { requireOutside } from "../drift/keep-code.ts"
import { isIn, makePlan, type Plan } from "../drift/plan.ts"
import { forTarget, readReleases, recordReleases, type SupportedReleases } from "../drift/releases.ts"
import { isFine, isGreen, printAttempts } from "../drift/report.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { replaceTable } from "../lib/made-table.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { version as exactVersion } from "../lib/npm/locked.ts"
import type { NamedPatch } from "../patching/apply.ts"
import { readSeries } from "../patching/read-series.ts"
import { readHostsInCode } from "../pins/hosts-in-code.ts"
import { findTarget } from "../upstream/target.ts"

const DESCRIPTION = `Applies the series, without building, to versions of upstream's, and says which patches apply; names hosts in their
code of which nobody has said what they are.

Without a version: all releases that drift.json has, and all others in its range that the registry has. A release in
that range must be green: no required patch is refused or has no form for it, and no host is new. A release is taken by
the hash in its pin or in drift.json; one that is in neither by the hash that the registry says it has, which nobody has
compared. Nothing of a release is run.

Exit codes: 0 all that must be green and was tried is green, 1 it is not, or the table is not current (--check-docs),
2 could not try.`

interface Options {
  target?: string
  gitUrl?: string
  commit: string[]
  cache: string
  keep?: string
  record: boolean
  writeDocs: boolean
  checkDocs: boolean
  json: boolean
}

await runCommand(async () => {
  const command = new Command("npm run drift --")
    .description(DESCRIPTION)
    .argument(
      "[version...]",
      "releases, by their versions",
      collect((text) => exactVersion.safeParse(text).success, "an exact version"),
    )
    .option("--git-url <origin>", "URL, path or git bundle: try the commits of the pins, from there")
    .option(
      "--commit <sha...>",
      "try these commits",
      collect((text) => /^[0-9a-f]{40}$/.test(text), "a full commit, 40 hex digits"),
      [],
    )
    .option("--target <name>", "look at the releases for this platform, which are to be named")
    .option("--cache <folder>", "where packages and mirrors are kept", defaultCache())
    .option("--keep <folder>", "write the code of releases there, to be read; not inside this project")
    .option(
      "--record",
      "add the releases in range that were tried to drift.json, by the registry's hash",
      false,
    )
    .option("--write-docs", `write the table in ${DOCS}`, false)
    .option("--check-docs", `say whether the table in ${DOCS} is current`, false)
    .option("--json", "print the verdicts on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const versions: string[] = command.processedArgs[0] ?? []
  const cache = resolve(options.cache)
  const keep = options.keep && resolve(options.keep)
  if (keep) requireOutside(keep)
  if (options.writeDocs || options.checkDocs) requireAll(versions, options)
  if (options.target) requireNamed(versions, options)
  const recorded = await readReleases()
  const supported = options.target ? await forTarget(recorded, findTarget(options.target)) : recorded
  const plan = await makePlan({ ...options, versions, cache }, supported)
  const series = await readSeries()
  const attempts = await tryAll(plan, series, { cache, keep, json: options.json })
  console.log(
    options.json
      ? JSON.stringify(withVerdict(attempts, plan), null, 2)
      : printAttempts(attempts, plan.mustBeGreen),
  )
  if (options.record) await record(attempts, supported)
  const current =
    options.writeDocs || options.checkDocs ? await keepTable(attempts, series, options.writeDocs) : true
  return current && attempts.every((attempt) => isFine(attempt) || !plan.mustBeGreen(attempt.upstream))
})

/** What is recorded is of one target. */
function requireNamed(versions: string[], { target, record, commit, gitUrl }: Options): void {
  if (versions.length > 0 && !record && commit.length === 0 && gitUrl === undefined) return
  throw new Failure({
    what: `For ${target} only releases that are named can be tried`,
    why: "a registry may have few of them, and drift.json records those of another target",
    next: `npm run drift -- --target ${target} VERSION`,
  })
}

async function tryAll(
  plan: Plan,
  series: NamedPatch[],
  { cache, keep, json }: { cache: string; keep?: string; json: boolean },
): Promise<Attempt[]> {
  const known = await readHostsInCode()
  const progress = new Progress(plan.releases.length + plan.commits.length, { silent: json })
  const attempts: Attempt[] = []
  for (const release of plan.releases)
    attempts.push(
      await progress.step(release.version, async (step) => {
        const attempt = await tryRelease(release, series, { cache, keep, known, step })
        step.result(isFine(attempt) ? "green" : "NOT GREEN")
        return attempt
      }),
    )
  for (const origin of plan.commits)
    attempts.push(
      await progress.step(origin.commit, (step) =>
        tryCommit(origin, series, { cache, onProgress: step.update }),
      ),
    )
  return attempts
}

/** Writes the hashes down by which releases were taken that are in no record; what is there is never replaced. */
async function record(attempts: Attempt[], supported: SupportedReleases): Promise<void> {
  const added = attempts.flatMap(({ upstream: version, integrity }) =>
    integrity && isIn(supported, version) && !supported.releases[version] ? [{ version, integrity }] : [],
  )
  await recordReleases(added)
  for (const { version, integrity } of added) console.error(`drift.json has ${version} now: ${integrity}`)
  if (added.length > 0)
    console.error(
      `Compare what is new with what another registry says: npm view ${supported.package}@VERSION dist.integrity`,
    )
}

/** @returns whether the table is current, which it is when it was written */
async function keepTable(attempts: Attempt[], series: NamedPatch[], write: boolean): Promise<boolean> {
  const { releases } = await readReleases()
  const file = join(import.meta.dirname, "../..", DOCS)
  const before = await readFile(file, "utf8")
  const recorded = attempts.filter(({ upstream }) => releases[upstream])
  const after = replaceTable(before, MAKER, printDocsTable(recorded, series))
  if (before === after) console.error(`the table in ${DOCS} is current`)
  else if (!write) console.error(`✖ the table in ${DOCS} is not current: npm run drift -- --write-docs`)
  else {
    await writeFile(`${file}.new`, after)
    await rename(`${file}.new`, file)
    console.error(`${DOCS} has the new table`)
  }
  return write || before === after
}

function requireAll(versions: string[], { gitUrl, commit }: Options): void {
  if (versions.length + commit.length === 0 && !gitUrl) return
  throw new Failure({
    what: `The table in ${DOCS} is not made of some releases`,
    why: "it is of all that drift.json has",
    next: "npm run drift -- --write-docs",
  })
}

/** Takes the values of an argument that may be given several times. */
function collect(isOne: (text: string) => boolean, what: string) {
  return (value: string, others: string[] = []) => {
    if (!isOne(value)) throw new InvalidArgumentError(`It must be ${what}.`)
    return [...others, value]
  }
}

function withVerdict(attempts: Attempt[], { mustBeGreen }: Plan) {
  return attempts.map((attempt) => ({
    ...attempt,
    green: isGreen(attempt),
    required: mustBeGreen(attempt.upstream),
  }))
}
