import { createHash, type KeyObject } from "node:crypto"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { signFiles } from "../emit/sign.ts"
import { unrecorded } from "../lib/derived-cache.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes } from "../lib/log.ts"
import { openStagedFolder, replaceFolder } from "../lib/staged-folder.ts"
import type { AppliedPatch } from "../patching/apply.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { describeSizes } from "../record/sizes.ts"

/** A folder beside the release's own, in which it is made; nothing of it is seen until it is whole. */
export interface Staging {
  folder: string
  executable: string
}

/**
 * Makes the folder in which a release is made, beside the release's own (`out`).
 * @param file the name of the executable
 */
export async function openStaging(out: string, file: string): Promise<Staging> {
  const folder = await openStagedFolder(out)
  await mkdir(join(folder, "patches"))
  return { folder, executable: join(folder, file) }
}

/**
 * Adds to the staged executable what a reviewer reads, then puts the whole folder in the place of the last release.
 * @throws Failure when a promised file is missing
 */
export async function writeRelease(
  { applied, staging, printed }: { applied: AppliedPatch[]; staging: Staging; printed: Map<string, string> },
  record: BuildRecord,
  { out, signKey }: { out: string; signKey?: KeyObject },
): Promise<void> {
  const { folder } = staging
  const files = new Map<string, string>()
  files.set("build.json", `${JSON.stringify(record, null, 2)}\n`)
  files.set(
    "unchanged-modules.txt",
    record.modules.unchanged.map(({ sha256, name }) => `${sha256}  ${name}\n`).join(""),
  )
  for (const [name, text] of printed) files.set(name, text)
  for (const patch of applied) files.set(`patches/${patch.name}.diff`, patch.diff)
  files.set("SHA256SUMS", sums(record.executable, files))
  // A signature may be another each time, so no sum of it is kept.
  if (signKey) for (const [name, text] of signFiles(files, signKey)) files.set(name, text)
  for (const [name, text] of files) await writeFile(join(folder, name), text)
  await requireFiles(folder, [record.executable.file, ...files.keys()])
  await replaceFolder(folder, out)
}

/** What the build says last, on standard output: the release's folder and what to do with it, or build.json for a pipeline. */
export function describeRelease(record: BuildRecord, options: { out: string; json: boolean }): string {
  if (options.json) return JSON.stringify(record, null, 2)
  const file = join(relative(process.cwd(), options.out) || ".", record.executable.file)
  const more = record.executable.bytes - record.stock.bytes
  const difference = `${more < 0 ? "-" : "+"} ${formatBytes(Math.abs(more))}`
  return `${describeSizes(record.sizes)}: stock ${difference}\n${describeLeftOut(record)}${file}  sha256 ${record.executable.sha256}\n${describeUse(file)}`
}

/** What to do with an executable, for people. */
export function describeUse(file: string): string {
  return `Try it: ${file} --offline    Check it: npm run verify -- ${file}`
}

/** What is not in it, by reason: a person must not have to look for it. */
function describeLeftOut({ leftOut }: BuildRecord): string {
  return [...Map.groupBy(leftOut, ({ why }) => why)]
    .map(([why, patches]) => `left out (${why}): ${patches.map(({ name }) => name).join(", ")}\n`)
    .join("")
}

/** What no later build can take from the cache either, as long as its hash is not in the repository; a line, or none. */
export function describeAnew(): string[] {
  const kinds = new Set(unrecorded().map((inputs) => inputs.split(" ")[0]))
  if (kinds.size === 0) return []
  return [
    `made anew, as pins/derived.json does not have its hash: ${[...kinds].join(", ")} (--record-derived)`,
  ]
}

function sums({ file, sha256 }: BuildRecord["executable"], files: Map<string, string>): string {
  const lines = [...files].map(
    ([name, text]) => `${createHash("sha256").update(text).digest("hex")}  ${name}\n`,
  )
  return [`${sha256}  ${file}\n`, ...lines].join("")
}

async function requireFiles(folder: string, promised: string[]): Promise<void> {
  const there = new Set(await readdir(folder, { recursive: true }))
  const missing = promised.filter((name) => !there.has(name))
  if (missing.length === 0) return
  throw new Failure({
    what: `The release lacks ${missing.join(", ")}`,
    why: "something removed it while the release was being made",
    next: "npm run build",
  })
}
