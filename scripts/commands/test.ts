import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { buildRelease, isStale, plainRelease } from "../build/fresh-release.ts"
import { Failure, runCommand } from "../lib/errors.ts"
import { run } from "../lib/process.ts"

const ROOT = join(import.meta.dirname, "../..")

const HELP = `npm test [-- PATTERN...] [-- -t NAME] [-- --all] [-- --pin NAME] [-- --executable FILE]

Builds the executable when it is missing or older than its inputs, then runs the tests.
PATTERN picks test files by a part of their path; -t picks tests by name.
--pin has them run on another pin than the default.
--executable has the isolated tests run that file, as it is, instead of the one that is built by default.
--all takes each part of the guard out in every thread, not only in the main one. Ends with "N passed, N failed".
Exit codes: 0 all passed, 1 a test failed (or was skipped while CI is set), 2 could not run.`

await runCommand(async () => {
  const args = process.argv.slice(2)
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP)
    return true
  }
  const pin = takeValue(args, "--pin")
  const executable = takeValue(args, "--executable")
  if (executable !== undefined) process.env.TEST_EXECUTABLE = resolve(executable)
  else {
    const release = await plainRelease(pin)
    process.env.TEST_PIN = release.pin
    if (await isStale(release)) await buildRelease(release)
  }
  if (args.includes("--all")) process.env.TEST_ALL = "1"
  return runTests(args.filter((word) => word !== "--all"))
})

/** Takes an option and its value out of the words. */
function takeValue(args: string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at === -1 ? undefined : args.splice(at, 2)[1]
}

/** Runs bun's test runner; counts come from its JUnit report, because its own summary is for people. */
async function runTests(args: string[]): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-tests-"))
  const report = join(folder, "junit.xml")
  const options = [
    "--parallel=2",
    "--max-concurrency=2",
    "--timeout=120000",
    "--reporter=junit",
    `--reporter-outfile=${report}`,
  ]
  const { exitCode } = await run(process.execPath, ["test", ...options, ...args], {
    cwd: ROOT,
    env: process.env,
    stdio: "inherit",
  })
  const counts = await readCounts(report)
  await rm(folder, { recursive: true })
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  return exitCode === 0 && counts.failed === 0 && counts.passed > 0 && !(process.env.CI && counts.skipped > 0)
}

async function readCounts(report: string): Promise<{ passed: number; failed: number; skipped: number }> {
  const xml = await readFile(report, "utf8").catch(() => "")
  const root = xml.match(/<testsuites [^>]*>/)?.[0]
  if (!root) {
    throw new Failure({
      what: "The test runner left no report",
      why: "it ended before the tests were done, or no test file matched",
      next: "npm test -- PATTERN with a part of a test file's path",
    })
  }
  const attribute = (name: string) => Number(root.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0)
  const failed = attribute("failures") + attribute("errors")
  const skipped = attribute("skipped")
  return { passed: attribute("tests") - failed - skipped, failed, skipped }
}
