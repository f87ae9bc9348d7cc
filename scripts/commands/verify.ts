import { readFile } from "node:fs/promises"
import { dirname, join, relative, resolve } from "node:path"
import { Command } from "commander"
import { type ModuleGraph, readModuleGraph, reconstruct } from "../container/index.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readExtra } from "../pins/extra.ts"
import { type Pin, type PinnedTarget, pinName, pinnedTarget, readPin } from "../pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../record/build-record.ts"
import {
  findFileDifferences,
  findGraphDifferences,
  findPackageDifferences,
  findPinDifferences,
} from "../record/findings.ts"

const DESCRIPTION = [
  "Checks an executable against the build.json beside it and against upstream's package, which is taken from the",
  "cache or the registry and verified against the pin. The runtime must be the stock Bun, and every module that",
  "build.json does not declare as added or changed must be upstream's, byte for byte. One from the git source was",
  "compiled anew: that it comes from the commit is shown by building it again.",
  "\n\nExit codes: 0 all is as build.json says, 1 something is not (one line each), 2 could not check.",
].join(" ")

interface Report {
  file: string
  findings: string[]
  record: BuildRecord
}

await runCommand(async () => {
  const command = new Command("npm run verify --")
    .description(DESCRIPTION)
    .argument("<file>", "the executable: dist/PIN-TARGET/opencode")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--json", "print { file, ok, findings } on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse()
  const { cache, json } = command.opts<{ cache: string; json: boolean }>()
  const report = await verify(resolve(command.args[0]!), resolve(cache))
  console.log(json ? printJson(report) : printLines(report))
  return report.findings.length === 0
})

async function verify(file: string, cache: string): Promise<Report> {
  const bytes = await readExecutable(file)
  const record = await readBuildRecord(join(dirname(file), "build.json"))
  const { plugin, ...pinned } = await readTarget(record)
  const extra = Object.values(await readExtra())
  const [stockPath, bunPath] = await Promise.all([
    acquireFile(pinned.opencode, { cache }),
    acquireFile(pinned.bun, { cache }),
  ])
  const stockBytes = await readFile(stockPath)
  const built = tryReadGraph(bytes)
  const findings = [
    ...findPinDifferences(record, pinned),
    ...findPackageDifferences(record, [...(plugin ? [plugin] : []), ...extra]),
    ...findFileDifferences("the file", bytes, record.executable),
    ...findFileDifferences("upstream's file", stockBytes, record.stock),
  ]
  if (built instanceof Failure) return { file, record, findings: [...findings, oneLine(built)] }
  const runtime = await reconstruct(built, bunPath)
  const stock = readModuleGraph(stockBytes)
  return { file, record, findings: [...findings, ...findGraphDifferences({ record, built, stock, runtime })] }
}

async function readExecutable(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const next = "npm run build, whose last lines name the file"
    throw new Failure({ what: `${file} cannot be read`, why: (error as Error).message, next })
  }
}

async function readTarget(record: BuildRecord): Promise<PinnedTarget & Pick<Pin, "plugin">> {
  const pin = await readPin(pinName({ product: record.product, version: record.opencode }))
  return { ...pinnedTarget(pin, record.target), plugin: pin.plugin }
}

/** A file that is not laid out as it should be is what verifying looks for, not a reason to stop. */
function tryReadGraph(bytes: Uint8Array): ModuleGraph | Failure {
  try {
    return readModuleGraph(bytes)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function oneLine({ report }: Failure): string {
  return `${report.what}: ${report.why}`
}

function printJson({ file, findings }: Report): string {
  return JSON.stringify({ file, ok: findings.length === 0, findings }, null, 2)
}

function printLines({ file, findings, record }: Report): string {
  const name = relative(process.cwd(), file)
  if (findings.length > 0)
    return [`✖ ${name} is not what build.json says`, ...findings.map((line) => `  ${printable(line)}`)].join(
      "\n",
    )
  const { added, changed, unchanged } = record.modules
  return [
    `✔ ${name} is what build.json says`,
    ...(record.git ? [`  source:    git, commit ${record.git.commit}: build it again to compare`] : []),
    `  runtime:   equals ${record.runtime.package}@${record.runtime.version}, byte for byte`,
    `  modules:   ${unchanged.length} equal those of ${record.stock.package}@${record.stock.version}`,
    ...changed.map((module) => `  changed:   ${module.name}`),
    ...added.map((module) => `  added:     ${module.name}`),
    `  arguments: ${record.argv.built}`,
    `  sha256:    ${record.executable.sha256}`,
  ].join("\n")
}

/** Names come from the file, and a terminal obeys what is in them. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`)
}
