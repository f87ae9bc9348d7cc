import { availableParallelism } from "node:os"
import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { parseScale } from "../isolation/limits.ts"
import type { NetworkMode } from "../isolation/network.ts"
import { leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { PINS } from "../pins/pin.ts"
import { parseShard, type Shard } from "./plan.ts"
import { SCENARIOS } from "./runs.ts"

export interface NetworkOptions {
  /** The releases to measure, as they were named. */
  specs: string[]
  /** Whether all that the registry has are measured. */
  all: boolean
  scenarios: string[]
  modes: NetworkMode[]
  shard: Shard | undefined
  /** The folders of the shards, absolute; undefined when nothing is merged. */
  merge: string[] | undefined
  /** How many runs there are at once. */
  jobs: number
  slow: number | undefined
  /** Where the site goes, or the shard's part, absolute. */
  out: string
  /** The folder that has a folder for each release with its data, absolute. */
  data: string
  /** Where a picture of the site goes, absolute. */
  picture: string | undefined
  cache: string
}

const DESCRIPTION = `Measures what upstream's own executables connect to, release by release, and ours beside them where there is a pin,
and writes dist/network/, a site that asks for nothing.

VERSION is a version, the name of a pin, or PACKAGE@VERSION. Each release is run as it is, with upstream's own switches, and ours
offline; what was seen is kept in pins/VERSION/network.json. Without VERSION nothing is run: the site is made of what is there.

On several machines: --shard I/N on each, with the same words else, then --merge with the folders that they wrote. What a
shard that is lost was to run is not measured, and so is a run that was cut off; what was measured of it before stays.

Exit codes: 0 all was measured, 1 something was not, or ours tried something, 2 could not run.`

const MODES = ["answer", "refuse", "drop"] as const

/** Reads the words behind `scripts/commands/network.ts`. Commander ends the process with 2 for what it does not know. */
export function readNetworkOptions(words: string[]): NetworkOptions {
  const program = new Command("npm run network --")
    .description(DESCRIPTION)
    .argument("[VERSION...]", "releases to measure")
    .option("--all", "measure all releases from 1.0.0 on that the registry has, and the pins of 2.x", false)
    .option("--site", "run nothing, and make the site; as without VERSION", false)
    .option(
      "--scenario <name>",
      "run this one (again for more)",
      (name, names: string[]) => [...names, name],
      [],
    )
    .addOption(
      new Option("--mode <mode>", "how the world outside behaves")
        .choices([...MODES, "all"])
        .default("answer"),
    )
    .option("--shard <part>", "make only this part of the runs, as 2/4, and no site", readShard)
    .option("--merge <folder...>", "take what shards wrote into their folders, and make the site")
    .option("--jobs <n>", "how many runs there are at once", readCount, availableParallelism())
    .option("--slow <factor>", "multiplies all time limits; measured when not given", (text) =>
      parseScale(text),
    )
    .option(
      "--out <folder>",
      "where the site goes (default: dist/network), or the part (dist/network-I-of-N)",
    )
    .option("--data <folder>", "where what was measured is kept", PINS)
    .option("--picture <file>", "write a picture of the site's first page, too")
    .option("--cache <folder>", "where packages are kept", defaultCache())
    .exitOverride(leaveParser)
    .parse(words, { from: "user" })
  const options = program.opts()
  const measures = options.all || program.args.length > 0
  if (options.shard && !measures) program.error("error: --shard needs a VERSION, or --all")
  if (measures && (options.site || options.merge))
    program.error("error: --site and --merge run nothing, so they take no VERSION")
  return {
    specs: program.args,
    all: options.all,
    scenarios: options.scenario.length > 0 ? options.scenario : SCENARIOS,
    modes: options.mode === "all" ? [...MODES] : [options.mode],
    shard: options.shard,
    merge: options.merge?.map((folder: string) => resolve(folder)),
    jobs: options.jobs,
    slow: options.slow,
    out: resolve(options.out ?? defaultOut(options.shard)),
    data: resolve(options.data),
    picture: options.picture && resolve(options.picture),
    cache: resolve(options.cache),
  }
}

const defaultOut = (shard?: Shard) => (shard ? `dist/network-${shard.index}-of-${shard.of}` : "dist/network")

function readShard(text: string): Shard {
  const shard = parseShard(text)
  if (shard) return shard
  throw new InvalidArgumentError("It is I/N, as 2/4, with I from 1 to N.")
}

function readCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError("--jobs takes a whole number from 1 on.")
}
