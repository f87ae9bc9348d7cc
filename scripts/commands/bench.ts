import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command, Option } from "commander"
import { benchBuild, benchSize, build } from "../bench/build.ts"
import { benchGuard } from "../bench/guard.ts"
import { type Bench, isMet, type Line, table } from "../bench/lines.ts"
import { benchRun, benchStart } from "../bench/start.ts"
import { benchWaits } from "../bench/waits.ts"
import { benchWorker } from "../bench/worker.ts"
import { calibrate } from "../harness/calibrate.ts"
import { parseScale, setScale } from "../isolation/limits.ts"
import { openTurns } from "../isolation/turns.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { pinName, pinnedTarget, readPin } from "../pins/pin.ts"
import { hostTarget } from "../upstream/target.ts"

const DESCRIPTION = `Measures the build, and the executable against upstream's, both in one run.

Variants take turns. A ratio is the median of the ratios of each round; a cost of milliseconds or less, and a wait, is
taken from the fastest of all rounds, as what else the machine does can only add to a time. Executables run in network
namespaces.
Exit codes: 0 every target met, 1 a target missed, 2 could not run.`

/** By the names that --only takes. */
const parts: Record<string, { title: string; bench: (bench: Bench) => Promise<Line[]> }> = {
  build: { title: "Build, warm", bench: benchBuild },
  size: { title: "Size", bench: benchSize },
  start: { title: "--version and --help", bench: benchStart },
  run: { title: "run to the provider's first request", bench: benchRun },
  guard: { title: "What the guard costs a worker and a fetch", bench: benchGuard },
  worker: { title: "The start of the TUI's worker", bench: benchWorker },
  waits: { title: "Behind a firewall that drops packets", bench: benchWaits },
}

await runCommand(async () => {
  const options = new Command("npm run bench --")
    .description(DESCRIPTION)
    .option("--rounds <n>", "how often each is run", (text) => Number.parseInt(text, 10), 9)
    .addOption(new Option("--only <name>", "one part").choices(Object.keys(parts)))
    .option("--pin <name>", "which upstream: a folder in pins/ (default: the one that is built by default)")
    .option("--json", "print the lines as JSON", false)
    .option("--slow <factor>", "multiplies all time limits; measured when not given", (text) =>
      parseScale(text),
    )
    .exitOverride(leaveParser)
    .parse()
    .opts<{ rounds: number; pin?: string; only?: string; json: boolean; slow?: number }>()
  const names = options.only ? [options.only] : Object.keys(parts)
  const progress = new Progress(1 + names.length)
  const pin = await readPin(options.pin)
  const target = hostTarget()
  const pinned = pinnedTarget(pin, target.name)
  const stock = await acquireFile(pinned.opencode, { cache: defaultCache() })
  const ripgrep = await acquireFile(pinned.ripgrep, { cache: defaultCache() })
  if (options.slow !== undefined) setScale(options.slow)
  openTurns()
  await calibrate(async () => stock)
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-bench-"))
  try {
    const release = join(folder, "release")
    await progress.step("Build what is measured", () => build(pinName(pin), release))
    const lines: Line[] = []
    for (const name of names) {
      const { title, bench } = parts[name]!
      const built = join(release, target.file)
      lines.push(
        ...(await progress.step(title, ({ update }) =>
          bench({ pin: pinName(pin), stock, built, ripgrep, rounds: options.rounds, update }),
        )),
      )
    }
    console.log(options.json ? JSON.stringify(lines, null, 2) : table(lines))
    return lines.every(isMet)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
