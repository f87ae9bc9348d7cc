import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative, resolve } from "node:path"
import { Command } from "commander"
import { makeAgain } from "../build/make-again.ts"
import { type ModuleGraph, readModuleGraph, reconstruct, withoutSignature } from "../container/index.ts"
import { findUnsigned } from "../emit/find-unsigned.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readExtra } from "../pins/extra.ts"
import { type Pin, pinName, pinnedTarget, readPin } from "../pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../record/build-record.ts"
import {
  findFileDifferences,
  findGraphDifferences,
  findPackageDifferences,
  findPinDifferences,
} from "../record/findings.ts"
import { findMadeOtherwise, isSignedByOthers } from "../record/made-again.ts"
import { readRepository } from "../record/repository.ts"
import { describeRuntime } from "../record/runtime.ts"

const DESCRIPTION = [
  "Checks an executable in two ways. Against the build.json beside it and upstream's package, which is taken from the",
  "cache or the registry and verified against the pin: the runtime must be the stock Bun, and every module that",
  "build.json does not declare as added or changed must be upstream's, byte for byte. And against this checkout: all of",
  "it is made again, and every byte of the file, and what build.json says, must be the same.",
  "\n\nExit codes: 0 all is as it should be, 1 something is not (one line each), 2 could not check.",
].join(" ")

const RECORD_ONLY =
  "compared with build.json and upstream's package alone: that this project's code is inside is not shown (leave out --record-only)"

interface Options {
  cache: string
  json: boolean
  record?: string
  recordOnly: boolean
  models?: string
  modelsExtend?: string
  config?: string
  policy?: string
  key?: string
}

interface Report {
  file: string
  findings: string[]
  /** What was not compared, and what may explain a finding. */
  notes: string[]
  record: BuildRecord
}

await runCommand(async () => {
  const command = new Command("npm run verify --")
    .description(DESCRIPTION)
    .argument("<file>", "the executable: dist/PIN-TARGET/opencode")
    .option("--record <file>", "its build.json, where that is not beside it: of a kit that is installed, say")
    .option(
      "--record-only",
      "make nothing again. It is quick, and shows that the file is what build.json says, not that this project's code is in it",
      false,
    )
    .option("--policy <file>", "the policy that must be inside; otherwise the one that build.json names is")
    .option(
      "--models <file>",
      "the organisation's catalogue that must be inside; otherwise the file's own is",
    )
    .option("--models-extend <file>", "what must be laid over upstream's catalogue")
    .option("--key <file>", "the public key, PEM, that must have signed the release that the file lies in")
    .option("--config <file>", "the default configuration that must be inside; otherwise the file's own is")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--json", "print { file, ok, findings, notes } on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const report = await verify(resolve(command.args[0]!), options)
  console.log(options.json ? printJson(report) : printLines(report))
  return report.findings.length === 0
})

async function verify(file: string, options: Options): Promise<Report> {
  const cache = resolve(options.cache)
  const bytes = await readExecutable(file)
  const record = await readBuildRecord(resolve(options.record ?? join(dirname(file), "build.json")))
  const pin = await readPin(pinName({ product: record.product, version: record.opencode }))
  const pinned = pinnedTarget(pin, record.target)
  const extra = Object.values(await readExtra())
  const [stockPath, bunPath] = await Promise.all([
    acquireFile(pinned.opencode, { cache }),
    acquireFile(pinned.bun, { cache }),
  ])
  const stockBytes = await readFile(stockPath)
  const built = tryReadGraph(bytes)
  const findings = [
    ...findPinDifferences(record, pinned),
    ...findPackageDifferences(record, [...(pin.plugin ? [pin.plugin] : []), ...extra]),
    ...findFileDifferences("the file", bytes, record.executable),
    ...findFileDifferences("upstream's file", stockBytes, record.stock),
    ...(options.key ? await findUnsigned(dirname(file), await readKey(options.key)) : []),
  ]
  const quick = options.recordOnly ? [RECORD_ONLY] : []
  if (built instanceof Failure) return { file, record, findings: [...findings, oneLine(built)], notes: quick }
  const runtime = await reconstruct(built, bunPath)
  const stock = readModuleGraph(stockBytes)
  findings.push(...findGraphDifferences({ record, built, stock, runtime }))
  if (options.recordOnly) return { file, record, findings, notes: quick }
  const again = await compareWithCheckout({ record, built, pin }, bytes, cache, options)
  return { file, record, findings: [...findings, ...again], notes: await notesOn(record, options) }
}

/** What of the file, and of its record, this checkout does not make. */
async function compareWithCheckout(
  release: { record: BuildRecord; built: ModuleGraph; pin: Pin },
  bytes: Uint8Array,
  cache: string,
  { models, modelsExtend, config, policy }: Options,
): Promise<string[]> {
  const absolute = (path: string | undefined) => path && resolve(path)
  const given = {
    models: absolute(models),
    modelsExtend: absolute(modelsExtend),
    config: absolute(config),
    policy: absolute(policy),
  }
  const folder = await mkdtemp(join(tmpdir(), "verify-"))
  try {
    const again = await makeAgain(release, { folder, cache, given })
    const made = { record: again.record, graph: readModuleGraph(await readFile(again.executable)) }
    const { record, built: graph } = release
    const pieces = isSignedByOthers(record) ? withoutSignature(graph) : [bytes]
    return findMadeOtherwise({ record, graph, sha256: hashOf(pieces) }, made)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function hashOf(pieces: Uint8Array[]): string {
  const hash = createHash("sha256")
  for (const piece of pieces) hash.update(piece)
  return hash.digest("hex")
}

/** What is believed because nobody said otherwise, and which checkout would be the right one. */
async function notesOn(record: BuildRecord, options: Options): Promise<string[]> {
  const { policy, models, configuration, repository } = record
  const here = await readRepository(join(import.meta.dirname, "../.."))
  const isElsewhere = repository && repository.commit !== here?.commit
  const isCustom = models && models.from !== "upstream" && !options.models && !options.modelsExtend
  return [
    ...(isSignedByOthers(record) ? ["it is signed with a certificate: compared without that"] : []),
    ...(isElsewhere ? [`build.json says that it was made from the commit ${repository.commit}`] : []),
    ...(repository?.clean === false ? ["build.json says that files were changed since that commit"] : []),
    ...(options.policy
      ? []
      : [`policy ${policy ? JSON.stringify(policy) : "none"}: not compared (--policy FILE)`]),
    ...(configuration && !options.config
      ? ["the default configuration is an organisation's: not compared (--config FILE)"]
      : []),
    ...(isCustom ? ["the catalogue is an organisation's: not compared (--models FILE)"] : []),
  ]
}

async function readKey(file: string): Promise<string> {
  return readFile(resolve(file), "utf8").catch((error: Error) => {
    const next = "name the public key, in PEM: openssl pkey -in KEY -pubout"
    throw new Failure({ what: `${file} cannot be read`, why: error.message, next })
  })
}

async function readExecutable(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const next = "npm run build, whose last lines name the file"
    throw new Failure({ what: `${file} cannot be read`, why: (error as Error).message, next })
  }
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

function printJson({ file, findings, notes }: Report): string {
  return JSON.stringify({ file, ok: findings.length === 0, findings, notes }, null, 2)
}

function printLines({ file, findings, notes, record }: Report): string {
  const name = relative(process.cwd(), file)
  const remarks = notes.map((line) => `  note:      ${printable(line)}`)
  const isWhole = !notes.includes(RECORD_ONLY)
  const what = isWhole ? "what this checkout makes, and what build.json says" : "what build.json says"
  if (findings.length > 0)
    return [`✖ ${name} is not ${what}`, ...findings.map((line) => `  ${printable(line)}`), ...remarks].join(
      "\n",
    )
  const { added, changed, unchanged } = record.modules
  return [
    `✔ ${name} is ${what}`,
    ...remarks,
    ...(record.git ? [`  source:    git, commit ${record.git.commit}`] : []),
    `  runtime:   ${describeRuntime(record)}`,
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
