import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command } from "commander"
import { runIsolated } from "../test/isolated/lib/isolated.ts"
import { acquireFile } from "./acquire-packages.ts"
import { Failure, runCommand } from "./lib/errors.ts"
import { formatBytes, formatDuration, Progress } from "./lib/log.ts"
import { defaultCache } from "./lib/npm/cache.ts"
import { measure } from "./lib/process.ts"
import { readPin } from "./read-pin.ts"

const ROOT = join(import.meta.dirname, "..")

const DESCRIPTION = `Measures the build, and the executable against upstream's, both in one run.

Times are medians of rounds that take turns; the two executables run in namespaces of their own where every address
answers. Exit codes: 0 every target met, 1 a target missed, 2 could not run.`

/** One line of the report. `value` is judged against `target`, which it must not exceed. */
interface Line {
  name: string
  stock?: string
  built: string
  value: number
  target: number
  unit: "ratio" | "ms" | "bytes"
}

await runCommand(async () => {
  const options = new Command("npm run bench --")
    .description(DESCRIPTION)
    .option("--rounds <n>", "how often each is run", (text) => Number.parseInt(text, 10), 9)
    .option("--json", "print the lines as JSON", false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<{ rounds: number; json: boolean }>()
  const progress = new Progress(4)
  const pin = await readPin("1.3.0")
  const stock = await acquireFile(pin.targets["linux-x64"]!.opencode, { cache: defaultCache() })
  const folder = await mkdtemp(join(tmpdir(), "opencode-offline-bench-"))
  try {
    const built = join(folder, "release/opencode")
    const lines = [
      ...(await progress.step("Build, warm", () => benchBuild(join(folder, "release")))),
      await progress.step("Size", () => benchSize(stock, built)),
      await progress.step("--version", () => benchVersion(stock, built, options.rounds)),
      await progress.step("run to the provider's first request", () =>
        benchRun(stock, built, options.rounds),
      ),
    ]
    console.log(options.json ? JSON.stringify(lines, null, 2) : table(lines))
    return lines.every(isMet)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Builds twice: the first run fills the cache when it is empty. */
async function benchBuild(out: string): Promise<Line[]> {
  const build = () => measure([process.execPath, "build.ts", "--out", out], { cwd: ROOT })
  await build()
  const { exitCode, milliseconds, peakBytes } = await build()
  if (exitCode !== 0) throw new Failure({ what: "The build failed", why: "see there", next: "npm run build" })
  return [
    {
      name: "build, warm",
      built: formatDuration(milliseconds),
      value: milliseconds,
      target: 3000,
      unit: "ms",
    },
    {
      name: "its peak memory",
      built: formatBytes(peakBytes),
      value: peakBytes,
      target: 400e6,
      unit: "bytes",
    },
  ]
}

async function benchSize(stock: string, built: string): Promise<Line> {
  const [before, after] = [(await stat(stock)).size, (await stat(built)).size]
  return {
    name: "size above stock",
    stock: formatBytes(before),
    built: formatBytes(after),
    value: after - before,
    target: 10e6,
    unit: "bytes",
  }
}

function benchVersion(stock: string, built: string, rounds: number): Promise<Line> {
  return compare("--version", 1.02, rounds, [stock, built], async (executable) => {
    return (await runIsolated({ executable, args: ["--version"], lingerMs: 0 })).ms
  })
}

function benchRun(stock: string, built: string, rounds: number): Promise<Line> {
  return compare("run to first request", 0.9, rounds, [stock, built], async (executable) => {
    const args = [...(executable === built ? ["--offline"] : []), "run", "hi"]
    const { providerRequests, stderr } = await runIsolated({
      executable,
      args,
      provider: [{ text: "hi" }],
      lingerMs: 0,
    })
    if (providerRequests[0]) return providerRequests[0].at
    throw new Failure({ what: `${executable} asked the provider for nothing`, why: stderr, next: "npm test" })
  })
}

/** Lets the two take turns, so that what else the machine does falls on both alike. */
async function compare(
  name: string,
  target: number,
  rounds: number,
  executables: [stock: string, built: string],
  once: (executable: string) => Promise<number>,
): Promise<Line> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    for (const which of [0, 1] as const) {
      const time = await once(executables[which])
      // The first round reads the executables from disk.
      if (round > 0) times[which].push(time)
    }
  }
  const [stock, built] = times.map(median) as [number, number]
  return {
    name,
    stock: formatDuration(stock),
    built: formatDuration(built),
    value: built / stock,
    target,
    unit: "ratio",
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function isMet({ value, target }: Line): boolean {
  return value <= target
}

function table(lines: Line[]): string {
  const show = (value: number, unit: Line["unit"]) =>
    unit === "ratio" ? `${value.toFixed(3)} x` : unit === "ms" ? formatDuration(value) : formatBytes(value)
  const rows = lines.map((line) => [
    line.name,
    line.stock ?? "",
    line.built,
    show(line.value, line.unit),
    `<= ${show(line.target, line.unit)}`,
    isMet(line) ? "met" : "MISSED",
  ])
  const all = [["", "stock", "built", "measured", "target", ""], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")).join("\n")
}
