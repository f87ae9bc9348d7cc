import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { type TestKind, testFiles } from "../../test/kinds.ts"
import { buildRelease, isStale, plainRelease } from "../build/fresh-release.ts"
import { calibrate } from "../harness/calibrate.ts"
import { parseScale, SCALE_VARIABLE, setScale } from "../isolation/limits.ts"
import { namespacePrefix } from "../isolation/namespace.ts"
import { openTurns } from "../isolation/turns.ts"
import { Failure, runCommand } from "../lib/errors.ts"
import { BROWSER, LINTER, requireInstalled } from "../lib/installed.ts"
import { readCounts, slowestFiles } from "../lib/junit.ts"
import { nearest } from "../lib/nearest.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { run } from "../lib/process.ts"
import { acquireStock } from "../pins/acquire-stock.ts"

const ROOT = join(import.meta.dirname, "../..")

const HELP = `npm test [-- PATTERN...] [-- -t NAME] [-- --all] [-- --pin NAME] [-- --executable FILE] [-- --slow FACTOR]
npm run test:unit     tests without an executable and without a network: a minute at most on two quiet cores
npm run test:smoke    the essentials of the executable: three minutes at most

Builds the executable when it is missing or older than its inputs, then runs the tests (test:unit needs none).
PATTERN picks test files by a part of their path; -t picks tests by name. Which files are of which kind: test/kinds.ts.
--pin has them run on another pin than the default.
--executable has the isolated tests run that file, as it is, instead of the one that is built by default.
--all runs what is sampled whole: controls, which show that a test would see a breach, in every place (each part of the
guard taken out in every thread, not only in the main one), and every isolated test that the git source's executable has.
Ends with the slowest files, and with "N passed, N failed".
--slow multiplies the time limits of runs, which end only what hangs; without it, it is measured how much slower than a
fast machine this one starts upstream's --version. The variable ${SCALE_VARIABLE} does the same.
Exit codes: 0 all passed, 1 a test failed (or was skipped while CI is set), 2 could not run.`

/** In milliseconds. Bun's limit of a test counts the wait for a turn, too, so it is never the one that ends a run that hangs. */
const FAR = 6 * 3_600_000

/** How many of the slowest files are named. */
const SLOWEST = 15

const OPTIONS = ["--all", "--executable", "--help", "--pin", "--slow", "--smoke", "--unit"]

await runCommand(async () => {
  const args = process.argv.slice(2)
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP)
    return true
  }
  requireKnown(args)
  const pin = takeValue(args, "--pin")
  const kind = takeKind(args)
  const executable = takeValue(args, "--executable")
  const slow = takeValue(args, "--slow")
  if (slow !== undefined) setScale(parseScale(slow))
  if (takeWord(args, "--all")) process.env.TEST_ALL = "1"
  if (kind === "unit") return runTests(kind, args, withoutNetwork())
  requireInstalled("The tests need", [...BROWSER, ...LINTER])
  if (pin !== undefined) process.env.TEST_PIN = pin
  if (executable !== undefined) process.env.TEST_EXECUTABLE = resolve(executable)
  else {
    const release = await plainRelease(pin)
    process.env.TEST_PIN = release.pin
    if (await isStale(release)) await buildRelease(release)
  }
  openTurns()
  const scale = await calibrate(() => findStock(pin))
  console.error(`time limits of runs: times ${scale.toFixed(1)}`)
  return runTests(kind, args, process.env)
})

/** Bun's own options go on to it, so only what is nearly one of ours is taken for misspelt. */
function requireKnown(args: string[]): void {
  for (const word of args.filter((each) => each.startsWith("--") && !OPTIONS.includes(each))) {
    const meant = nearest(word, OPTIONS)
    if (meant)
      throw new Failure({
        what: `${word} is no option`,
        why: `${meant} is`,
        next: `npm test -- ${meant}, or -- --help`,
      })
  }
}

function takeKind(args: string[]): TestKind {
  if (takeWord(args, "--unit")) return "unit"
  return takeWord(args, "--smoke") ? "smoke" : "all"
}

/** So that a unit test that is none fails: no registry, and nothing that was fetched before. */
function withoutNetwork(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    XDG_CACHE_HOME: join(tmpdir(), "opencode-offline-unit-tests"),
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_fetch_retries: "0",
  }
}

/** Throws a Failure where no namespace can be made: then the isolated tests say so themselves. */
async function findStock(pin: string | undefined): Promise<string> {
  await namespacePrefix()
  return acquireStock({ pin, cache: defaultCache() })
}

function takeWord(args: string[], name: string): boolean {
  const at = args.indexOf(name)
  if (at >= 0) args.splice(at, 1)
  return at >= 0
}

/** Takes an option and its value out of the words. */
function takeValue(args: string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at === -1 ? undefined : args.splice(at, 2)[1]
}

/** Runs bun's test runner; counts come from its JUnit report, because its own summary is for people. */
async function runTests(kind: TestKind, args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-tests-"))
  const report = join(folder, "junit.xml")
  const options = [
    // Those are of pull requests, for upstream's tree.
    "--path-ignore-patterns=pull-requests/files/**",
    "--parallel=2",
    "--max-concurrency=2",
    `--timeout=${FAR}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
  ]
  // A kind is a list of files; all of them are what patterns are for.
  const files = kind === "all" ? [] : await testFiles(kind)
  const { exitCode } = await run(process.execPath, ["test", ...options, ...files, ...args], {
    cwd: ROOT,
    env,
    stdio: "inherit",
  })
  const counts = await readCounts(report)
  printSlowest(await readFile(report, "utf8"))
  await rm(folder, { recursive: true })
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  return exitCode === 0 && counts.failed === 0 && counts.passed > 0 && !(process.env.CI && counts.skipped > 0)
}

/** Which files took longest, in seconds, where there are many. Two run at a time, so these are no parts of the whole. */
function printSlowest(report: string): void {
  const found = slowestFiles(report, SLOWEST + 1)
  if (found.length <= SLOWEST) return
  const lines = found
    .slice(0, SLOWEST)
    .map(({ file, seconds }) => `${String(seconds).padStart(5)} s  ${file}`)
  console.log(["the slowest files:", ...lines].join("\n"))
}
