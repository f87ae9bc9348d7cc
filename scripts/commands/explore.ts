import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { plainRelease } from "../build/fresh-release.ts"
import { type Explored, explore, PARTS, type Part } from "../explore/explore.ts"
import { calibrate } from "../harness/calibrate.ts"
import { parseScale, setScale } from "../isolation/limits.ts"
import { namespacePrefix } from "../isolation/namespace.ts"
import { openTurns } from "../isolation/turns.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { acquireStock } from "../pins/acquire-stock.ts"

const DESCRIPTION = `Does what nobody thought of: asks for every operation of the HTTP API once, types keys into the TUI, and clicks and types
in the page, all at random, of an executable that is offline, in networks of their own in which every packet is recorded.

FILE is an executable; without one, it is the last build. What is done follows from the seed: each round has one of its own, which
is printed, and \`--seed\` repeats that round. What a screen shows when a key comes may differ.

Exit codes: 0 nothing left and nothing crashed, 1 something did (a line each), 2 could not explore.`

interface Options {
  pin?: string
  seed: number
  minutes?: number
  steps: number
  part: Part[]
  offline: boolean
  slow?: number
  cache: string
}

await runCommand(async () => {
  const command = new Command("npm run explore --")
    .description(DESCRIPTION)
    .argument("[FILE]", "an executable")
    .option("--pin <name>", "a folder in pins/ (default: the one that is built by default)")
    .option("--seed <n>", "of the first round (default: another one each time)", readCount, newSeed())
    .option("--minutes <n>", "begin new rounds for so long (default: one round)", readCount)
    .option("--steps <n>", "steps of a round in the TUI and in the page", readCount, 200)
    .addOption(
      new Option("--part <part...>", "only this one (again for more)")
        .choices(PARTS)
        .default([...PARTS], PARTS.join(", ")),
    )
    .option("--no-offline", "leave the switch off: then packets must be seen, or the recorder is deaf")
    .option("--slow <factor>", "multiplies all time limits; measured when not given", (text) =>
      parseScale(text),
    )
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const file: string | undefined = command.processedArgs[0]
  await namespacePrefix()
  openTurns(1)
  if (options.slow !== undefined) setScale(options.slow)
  await calibrate(() => acquireStock(options))
  const executable = file ? resolve(file) : (await plainRelease(options.pin)).executable
  return exploreRounds(executable, options)
})

/** @returns whether nothing was found */
async function exploreRounds(executable: string, options: Options): Promise<boolean> {
  const { offline, steps, part, minutes = 0 } = options
  const end = Date.now() + minutes * 60_000
  let found = 0
  let seed = options.seed
  do {
    for (const one of part) found += print(await explore(one, { executable, offline, seed, steps }), options)
    seed++
  } while (Date.now() < end)
  console.log(found === 0 ? "✔ nothing found" : `${found} found`)
  return found === 0
}

/** @returns how much was found */
function print({ part, seed, did, findings, known }: Explored, { steps, offline }: Options): number {
  console.log(`${findings.length === 0 ? "✔" : "✖"} ${part}, seed ${seed}: ${did}`)
  for (const line of findings) console.log(`  ✖ ${line}`)
  for (const line of known) console.log(`  known of upstream's (docs/limits.md): ${line}`)
  if (findings.length > 0)
    console.log(
      `  again: npm run explore -- --part ${part} --seed ${seed} --steps ${steps}${offline ? "" : " --no-offline"}`,
    )
  return findings.length
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}

function readCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError("It must be a whole number from 1 on.")
}
