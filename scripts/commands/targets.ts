import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command } from "commander"
import { buildRelease, isStale, type PlainRelease, plainRelease } from "../build/fresh-release.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { outcomeOf, readCounts } from "../lib/junit.ts"
import { cellsOf, replaceTable } from "../lib/made-table.ts"
import { run } from "../lib/process.ts"
import { listPins, type Pin, PRODUCT, packagesToMirror, pinName, readPin } from "../pins/pin.ts"
import { findTarget, TARGETS, type Target } from "../upstream/target.ts"

const ROOT = join(import.meta.dirname, "../..")
const FILE = "docs/platforms.md"

const DESCRIPTION = `Builds the newest pin of each target that one has, verifies it, and runs it where this machine can, and writes
each result into the table of ${FILE} as it is known. For a target that no pin has, the table says which packages a registry
must have, and what the tests that compile a program of their own for it came to.

Where no test ran, because the machine has no qemu or no Wine, say, the table keeps what it said of that, and the target counts as one
that did not hold.

Exit codes: 0 all that was tried held, 1 something did not, or was not run, 2 could not run.`

/** How a target is run here: which tests, and what people call it. */
const RUNNERS: Record<Target["runner"], { by: string; test: string } | undefined> = {
  host: { by: "by itself", test: "smoke" },
  musl: { by: "with Debian's musl", test: "foreign" },
  qemu: { by: "by qemu", test: "foreign" },
  wine: { by: "by Wine 8", test: "foreign" },
  none: undefined,
}

/** The tests that compile a program for a target of which the registry has no executable. */
const STAND_IN = "./test/scripts/container/signed-files.test.ts"

/** What a row has behind the target's name: pin, built, reconstructed, run here. */
const CELLS = 4

interface Row {
  target: string
  /** The last is missing where no test ran: then the one of the old row stays. */
  cells: string[]
  held: boolean
}

await runCommand(async () => {
  const { target: wanted } = new Command("npm run targets --")
    .description(DESCRIPTION)
    .option("--target <name...>", "only these; the rows of others stay as they are", [])
    .exitOverride(leaveParser)
    .parse()
    .opts<{ target: string[] }>()
  const pins = await Promise.all((await listPins()).map((name) => readPin(name)))
  const ours = pins.filter(({ product }) => product === PRODUCT)
  const chosen = wanted.length > 0 ? wanted.map(findTarget) : TARGETS
  let held = true
  for (const target of chosen) {
    const row = await tryTarget(target, ours)
    console.log(`${row.held ? "✔" : "✖"} ${row.target}: ${row.cells.join("; ")}`)
    await writeRow(row, ours)
    held &&= row.held
  }
  return held
})

/** The newest pin that has a target, or what a registry must have for the newest of all to have it. */
function pinCell({ name }: Target, pins: Pin[]): string {
  const pin = pins.find(({ targets }) => name in targets)
  return pin ? pin.version : `no: mirror ${packagesToMirror(pins[0]!, name)}`
}

async function tryTarget(target: Target, pins: Pin[]): Promise<Row> {
  const pin = pins.find(({ targets }) => target.name in targets)
  if (!pin) return tryStandIn(target, pins)
  const release = await plainRelease(pinName(pin), target)
  if (await isStale(release)) await buildRelease(release)
  const verified = await verify(release)
  const { ran, held, text } = await runTests(target)
  console.error(`${target.name}: ${text}`)
  return {
    target: target.name,
    cells: [pinCell(target, pins), "yes", verified ? "yes" : "no", ...(ran ? [text] : [])],
    held: verified && held,
  }
}

async function verify({ executable }: PlainRelease): Promise<boolean> {
  const { exitCode } = await run(process.execPath, ["scripts/commands/verify.ts", executable], { cwd: ROOT })
  return exitCode === 0
}

/** There is no executable of upstream's, so a program of the tests' shows that the container is read and written. */
async function tryStandIn(target: Target, pins: Pin[]): Promise<Row> {
  const { ran, held, text } = await runTestFile(STAND_IN, `what Bun compiles for ${target.name} `)
  const cells = [pinCell(target, pins), "no", ran ? `a program of the tests: ${text}` : "no", "never"]
  return { target: target.name, cells, held: held || !ran }
}

/** The tests that run it, as many as are of this target. */
async function runTests({ name, runner, baseline }: Target): Promise<ReturnType<typeof outcomeOf>> {
  const how = RUNNERS[runner]
  // The same code as the other's, but for instructions that are not used.
  if (!how || baseline) return { ran: true, held: true, text: "never" }
  const only = how.test === "foreign" ? `the executable for ${name} ` : ""
  const { text, ...outcome } = await runTestFile(`./test/isolated/${how.test}.test.ts`, only)
  return { ...outcome, text: `${how.by}: ${text}` }
}

/** @param only how the names of the tests begin that are run; all, when it is empty */
async function runTestFile(file: string, only: string): Promise<ReturnType<typeof outcomeOf>> {
  const folder = await mkdtemp(join(tmpdir(), "targets-"))
  const report = join(folder, "junit.xml")
  const words = ["test", file, "--timeout=21600000", "--reporter=junit", `--reporter-outfile=${report}`]
  const { exitCode } = await run(process.execPath, [...words, ...(only ? ["-t", `^${only}`] : [])], {
    cwd: ROOT,
    stdio: ["ignore", process.stderr, process.stderr],
  })
  const outcome = outcomeOf(await readCounts(report), exitCode)
  await rm(folder, { recursive: true })
  return outcome
}

/**
 * In the order of all targets. What was measured of another pin than is the newest now says nothing of this one, so such a
 * row has no more than the pin.
 */
async function writeRow({ target, cells }: Row, pins: Pin[]): Promise<void> {
  const file = join(ROOT, FILE)
  const text = await readFile(file, "utf8")
  const rows = TARGETS.map((one) => {
    const start = `| ${one.name} | ${pinCell(one, pins)} |`
    const old = text.split("\n").find((line) => line.startsWith(start))
    if (one.name !== target) return old ?? `${start} | | |`
    const [, , , , run = ""] = cellsOf(old)
    return `| ${[target, ...cells, ...(cells.length === CELLS ? [] : [run])].join(" | ")} |`
  })
  const head = ["| target | pin | built | reconstructed | run here |", "|---|---|---|---|---|"]
  await writeFile(`${file}.new`, replaceTable(text, "npm run targets", [...head, ...rows].join("\n")))
  await rename(`${file}.new`, file)
}
