import { resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { type Attempt, tryCommit, tryRelease } from "../drift/attempt.ts"
import { requireOutside } from "../drift/keep-code.ts"
import { makePlan, type Plan } from "../drift/plan.ts"
import { isGreen, printAttempts } from "../drift/report.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSeries } from "../patching/read-series.ts"

const DESCRIPTION = `Applies the series, without building, to versions of upstream's, and says which patches apply.

Each patch is tried with those before it that applied. drift.json says which versions must be
green, and how many of the newest releases are tried beside them when nothing is given. They are taken by the hash in their
pin or in drift.json; any other release by the hash that the registry says it has, which nobody has compared. Nothing of
a release is run.

Exit codes: 0 all that must be green and was tried is green, 1 it is not, 2 could not try.`

interface Options {
  gitUrl?: string
  commit: string[]
  cache: string
  keep?: string
  json: boolean
}

await runCommand(async () => {
  const command = new Command("npm run drift --")
    .description(DESCRIPTION)
    .argument(
      "[version...]",
      "releases, by their versions",
      collect(/^\d+\.\d+\.\d+(-[\w.]+)?$/, "an exact version"),
    )
    .option("--git-url <origin>", "URL, path or git bundle: try the commits of the pins, from there")
    .option(
      "--commit <sha...>",
      "try these commits",
      collect(/^[0-9a-f]{40}$/, "a full commit, 40 hex digits"),
      [],
    )
    .option("--cache <folder>", "where packages and mirrors are kept", defaultCache())
    .option("--keep <folder>", "write the code of releases there, to be read; not inside this project")
    .option("--json", "print the verdicts on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const cache = resolve(options.cache)
  const keep = options.keep && resolve(options.keep)
  if (keep) requireOutside(keep)
  const plan = await makePlan({ ...options, versions: command.processedArgs[0] ?? [], cache })
  const series = await readSeries()
  const progress = new Progress(plan.releases.length + plan.commits.length, { silent: options.json })
  const attempts: Attempt[] = []
  for (const release of plan.releases)
    attempts.push(
      await progress.step(release.version, (step) => tryRelease(release, series, { cache, keep, step })),
    )
  for (const origin of plan.commits)
    attempts.push(
      await progress.step(origin.commit, (step) =>
        tryCommit(origin, series, { cache, onProgress: step.update }),
      ),
    )
  console.log(
    options.json
      ? JSON.stringify(withVerdict(attempts, plan), null, 2)
      : printAttempts(attempts, plan.required),
  )
  return attempts.every((attempt) => isGreen(attempt) || !plan.required.includes(attempt.upstream))
})

/** Takes the values of an argument that may be given several times. */
function collect(pattern: RegExp, what: string) {
  return (value: string, others: string[] = []) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`It must be ${what}.`)
    return [...others, value]
  }
}

function withVerdict(attempts: Attempt[], { required }: Plan) {
  return attempts.map((attempt) => ({
    ...attempt,
    green: isGreen(attempt),
    required: required.includes(attempt.upstream),
  }))
}
