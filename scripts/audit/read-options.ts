import { availableParallelism } from "node:os"
import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { parseScale } from "../isolation/limits.ts"
import type { NetworkMode } from "../isolation/network.ts"
import { leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import type { Patience } from "./run-scenarios.ts"
import type { Variant } from "./scenario.ts"

export interface AuditOptions {
  /** The pin whose release is audited when no file is named, and whose upstream's hosts are known. */
  pin: string | undefined
  /** The executables, as they were given; none for the last build and upstream's. */
  files: string[]
  /** A command line of one's own, what stands behind `--`; it takes the place of the scenarios. */
  command: string[] | undefined
  /** The folder of the scenarios, absolute. */
  scenarios: string
  /** The scenarios to run; none for all. */
  names: string[]
  /** Whether they are all of this project's own. */
  allScenarios: boolean
  modes: NetworkMode[]
  /** How given executables are run when the file does not tell. */
  variant: Variant | undefined
  /** How many runs there are at once. */
  jobs: number
  /** How many times slower than the reference this machine is; undefined to have it measured. */
  slow: number | undefined
  patience: Patience
  json: boolean
  /** Nothing is run: the form of report.json is printed. */
  schema: boolean
  /** The report's folder, absolute. */
  out: string
  /** Where the results go for a pipeline, absolute: as JUnit's XML, and as SARIF. */
  junit: string | undefined
  sarif: string | undefined
  cache: string
}

const DESCRIPTION = `Shows what executables try to reach: runs each scenario with each of them, every run in a network of
its own in which every packet is recorded, and writes report.html, report.md, report.json and a pcap of each run; of some
scenarios report-PARTIAL.html and so on.

FILE is an executable; without one, it is the last build, run offline, and upstream's release, run as it is. A file that
this project built is run offline, any other as it is (see --variant).
Behind -- stands a command line of one's own, in place of the scenarios. \`opencode\` in it stands for each executable in
turn; another program is audited itself, and counts as offline.

A run ends as hung when nothing happens in it any more, and at a far cap. What such a limit cuts off is "not measured": it
is tried again (--retry), and is a finding when the last is cut off, too. The limits fit a fast machine, and are multiplied
by how much slower upstream's --version starts here, or by --slow, or by the variable TIME_SCALE; --timeout sets them as they are.

Exit codes: 0 nothing found, 1 findings (an offline run tried something or did not do its job, a run was not measured, or
upstream's release was not seen to try what it is known to), 2 could not run.`

const OWN_SCENARIOS = "audit/scenarios"

/** Where reports go: one of some scenarios must not replace one of all. */
const WHOLE = "dist/audit"
const PARTIAL = "dist/audit-PARTIAL"

const MODES = ["answer", "refuse", "drop"] as const

/** Reads the words behind `scripts/commands/audit.ts`. Commander ends the process with 2 for what it does not know. */
export function readAuditOptions(words: string[]): AuditOptions {
  const end = words.indexOf("--")
  const command = end < 0 ? undefined : words.slice(end + 1)
  const program = new Command("npm run audit --")
    .description(DESCRIPTION)
    .usage("[FILE...] [options] [-- CMD ARGS...]")
    .argument("[FILE...]", "executables")
    .option(
      "--scenario <name>",
      "run only this one (again for more): a file's name in the folder",
      collect,
      [],
    )
    .option("--scenarios <folder>", "a folder of scenarios (docs/audit.md)", OWN_SCENARIOS)
    .addOption(
      new Option("--mode <mode>", "how the world outside behaves: connections are answered, refused, dropped")
        .choices([...MODES, "all"])
        .default("answer"),
    )
    .addOption(new Option("--variant <variant>", "how FILE is run").choices(["stock", "offline"]))
    .option("--pin <name>", "a folder in pins/ (default: the one that is built by default)")
    .option("--jobs <n>", "how many runs there are at once", readCount, availableParallelism())
    .option("--slow <factor>", "multiplies all time limits; measured when not given", (text) =>
      parseScale(text),
    )
    .option(
      "--timeout <seconds>",
      "end a run in which nothing happens for so long (default: 60, multiplied; the cap is ten times that)",
      readSeconds,
    )
    .option("--retry <n>", "how often what such a limit cut off is tried again", readRetries, 1)
    .option("--json", "print report.json on standard output, and nothing else", false)
    .option("--schema", "print the form of report.json as JSON Schema, and run nothing", false)
    .option("--out <folder>", `where the report goes (default: ${WHOLE}; of some scenarios ${PARTIAL})`)
    .option("--junit <file>", "write the results as JUnit's XML, too")
    .option("--sarif <file>", "write the findings as SARIF, too")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .exitOverride(leaveParser)
    .parse(end < 0 ? words : words.slice(0, end), { from: "user" })
  const options = program.opts()
  if (command?.length === 0) program.error("error: there is no command behind --")
  const allScenarios = !command && options.scenario.length === 0 && options.scenarios === OWN_SCENARIOS
  return {
    pin: options.pin,
    files: program.args,
    command,
    scenarios: resolve(options.scenarios),
    names: options.scenario,
    allScenarios,
    modes: options.mode === "all" ? [...MODES] : [options.mode],
    variant: options.variant,
    jobs: options.jobs,
    slow: options.slow,
    patience: {
      retries: options.retry,
      ...(options.timeout !== undefined && { idleMs: options.timeout * 1000 }),
    },
    json: options.json,
    schema: options.schema,
    out: resolve(options.out ?? (allScenarios ? WHOLE : PARTIAL)),
    junit: options.junit && resolve(options.junit),
    sarif: options.sarif && resolve(options.sarif),
    cache: resolve(options.cache),
  }
}

const collect = (name: string, names: string[]) => [...names, name]

function readCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError("--jobs takes a whole number from 1 on.")
}

function readRetries(text: string): number {
  const count = Number(text)
  if (text.trim() !== "" && Number.isInteger(count) && count >= 0) return count
  throw new InvalidArgumentError("--retry takes a whole number from 0 on.")
}

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds > 0) return seconds
  throw new InvalidArgumentError("--timeout takes a number of seconds above 0.")
}
