import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { Command, Option } from "commander"
import { benchBuild, benchSize, build } from "../bench/build.ts"
import { areDocsCurrent, type Results, writeDocs } from "../bench/docs-table.ts"
import { benchGuard } from "../bench/guard.ts"
import { benchKernel } from "../bench/kernel.ts"
import { type Bench, isMet, type Line, table } from "../bench/lines.ts"
import { fastest, warm } from "../bench/rounds.ts"
import { benchAnswers, benchHelp, start } from "../bench/start.ts"
import { benchRun, benchServe, benchTui } from "../bench/use.ts"
import { benchWaits } from "../bench/waits.ts"
import { calibrate } from "../harness/calibrate.ts"
import { parseScale, setScale } from "../isolation/limits.ts"
import { openTurns } from "../isolation/turns.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { formatBytes, formatDuration, Progress } from "../lib/log.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { pinName, pinnedTarget, readPin } from "../pins/pin.ts"
import { hostTarget } from "../upstream/target.ts"

const DESCRIPTION = `Measures the build, and the executable against upstream's, both in one run.

Variants take turns. What is judged is the ratio to upstream's in the same round: the median of all rounds. What a machine
takes for anything by itself says nothing of another one, so the table names this one and how slow it is. Executables run in
network namespaces.
Exit codes: 0 every target met, or the table in docs/bench.md is current (--check-docs), 1 not, 2 could not run.`

/** By the names that --only takes. */
const parts: Record<string, { title: string; bench: (bench: Bench) => Promise<Line[]> }> = {
  build: { title: "Build, warm", bench: benchBuild },
  size: { title: "Size", bench: benchSize },
  answers: { title: "What is answered before upstream's code is loaded", bench: benchAnswers },
  help: { title: "--help", bench: benchHelp },
  run: { title: "run to the provider's first request", bench: benchRun },
  tui: { title: "The TUI to its first prompt", bench: benchTui },
  serve: { title: "serve to its first page, and its memory", bench: benchServe },
  guard: { title: "What the guard costs a worker and a fetch", bench: benchGuard },
  kernel: { title: "What kernel mode costs", bench: benchKernel },
  waits: { title: "Waiting for a network, and for what is missing", bench: benchWaits },
}

interface Options {
  rounds: number
  pin?: string
  only?: string
  json: boolean
  slow?: number
  writeDocs: boolean
  checkDocs: boolean
}

await runCommand(async () => {
  const options = new Command("npm run bench --")
    .description(DESCRIPTION)
    .option("--rounds <n>", "how often each is run", (text) => Number.parseInt(text, 10), 5)
    .addOption(new Option("--only <name>", "one part").choices(Object.keys(parts)))
    .option("--pin <name>", "which upstream: a folder in pins/ (default: the one that is built by default)")
    .option("--json", "print the results as JSON", false)
    .addOption(
      new Option("--write-docs", "write the table in docs/bench.md").default(false).conflicts("only"),
    )
    .option(
      "--check-docs",
      "measure nothing: say whether the table in docs/bench.md is that of the last results",
      false,
    )
    .option("--slow <factor>", "multiplies all time limits; measured when not given", (text) =>
      parseScale(text),
    )
    .exitOverride(leaveParser)
    .parse()
    .opts<Options>()
  if (options.checkDocs) return checkDocs()
  const names = options.only ? [options.only] : Object.keys(parts)
  const progress = new Progress(1 + names.length)
  const pin = await readPin(options.pin)
  const target = hostTarget()
  const pinned = pinnedTarget(pin, target.name)
  const upstreams = await acquireFile(pinned.opencode, { cache: defaultCache() })
  const ripgrep = await acquireFile(pinned.ripgrep, { cache: defaultCache() })
  if (options.slow !== undefined) setScale(options.slow)
  openTurns()
  await calibrate(async () => upstreams)
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-bench-"))
  try {
    const release = join(folder, "release")
    await progress.step("Build what is measured", () => build(pinName(pin), release))
    const built = join(release, target.file)
    const stock = join(folder, target.file)
    await writeLikeBuilt(upstreams, stock)
    await warm([stock, built])
    const results: Results = { opencode: pin.version, machine: await describeMachine(stock), parts: [] }
    for (const name of names) {
      const { title, bench } = parts[name]!
      const lines = await progress.step(title, ({ update }) =>
        bench({ pin: pinName(pin), stock, built, ripgrep, rounds: options.rounds, update }),
      )
      results.parts.push({ title, lines })
    }
    const lines = results.parts.flatMap(({ lines }) => lines)
    console.log(options.json ? JSON.stringify(results, null, 2) : `${results.machine}\n\n${table(lines)}`)
    if (options.writeDocs) await writeDocs(results)
    return lines.every(isMet)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/**
 * How much of a file is in memory when it runs depends on how it came to be there: of two equal files, one that was
 * unpacked once and one that was just written, the kernel keeps 10 MB more of the second for `serve`.
 */
async function writeLikeBuilt(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from), { mode: 0o755 })
}

async function checkDocs(): Promise<boolean> {
  const current = await areDocsCurrent()
  console.log(
    current
      ? "the table in docs/bench.md is current"
      : "✖ the table in docs/bench.md is not that of docs/data/bench.json: npm run bench -- --write-docs",
  )
  return current
}

async function describeMachine(stock: string): Promise<string> {
  const starts = [await start(stock, ["--version"]), await start(stock, ["--version"])]
  const slow = `on which upstream's --version takes ${formatDuration(fastest(starts))}`
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}) and ${formatBytes(totalmem())} of memory, ${slow}`
}
