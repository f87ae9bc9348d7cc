import { createHash, type KeyObject } from "node:crypto"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { OUTPUTS, printOutputs } from "../emit/outputs.ts"
import { readSubject } from "../emit/read-subject.ts"
import { fingerprintOf, signBytes, signFiles } from "../emit/sign.ts"
import { readArchive } from "../kit/read-archive.ts"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { openStagedFolder, replaceFolder } from "../lib/staged-folder.ts"
import { MAKERS } from "../makers/makers.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { filesBelow } from "./files-below.ts"
import { readMeasured } from "./measured.ts"
import { archiveName, promisedFiles, releaseName } from "./names.ts"
import type { ReleaseOptions } from "./options.ts"

const ROOT = join(import.meta.dirname, "../..")

/**
 * Makes the release of one target: built, printed with what was measured, with its kit, signed; and puts it in the place of
 * the last one when it holds exactly what is promised.
 * @returns its folder
 * @throws Failure when something of it cannot be made, is missing, or is there and not promised
 */
export async function makeRelease(
  target: string,
  options: ReleaseOptions,
  key: KeyObject | undefined,
): Promise<string> {
  const staged = await openStagedFolder(join(options.out, `.${options.pin}-${target}`))
  await runOwn("build.ts", [...buildWords(target, options), "--out", staged, "--emit", "none"])
  const record = await finish(staged, options, key)
  if (options.kit) await addKit(target, staged, record, options, key)
  await addMade(staged, record, options, key)
  await writeSums(staged, key)
  await requirePromised(staged, promisedFiles(record, { signed: key !== undefined, kit: options.kit }))
  const folder = join(options.out, releaseName(record))
  await replaceFolder(staged, folder)
  return folder
}

/** What of a release's options the build is given, as its own. */
export function buildWords(target: string, options: ReleaseOptions): string[] {
  const { pin, policy, config, models, modelsExtend, signCommand, cache, with: packages } = options
  const all = {
    "--policy": policy,
    "--config": config,
    "--models": models,
    "--models-extend": modelsExtend,
    "--sign-command": signCommand,
  }
  const given = Object.entries(all).flatMap(([option, value]) => (value ? [option, value] : []))
  return [
    "--pin",
    pin,
    "--target",
    target,
    "--cache",
    cache,
    ...given,
    ...packages.flatMap((name) => ["--with", name]),
  ]
}

/** Prints every output, now that it is known what was measured and who signs. */
async function finish(
  folder: string,
  { audit }: ReleaseOptions,
  key: KeyObject | undefined,
): Promise<BuildRecord> {
  const subject = await readSubject(folder)
  const measured = audit === undefined ? undefined : await readMeasured(audit, subject.record)
  const signedBy = key && fingerprintOf(key)
  const printed = await printOutputs(OUTPUTS, { ...subject, measured, signedBy })
  for (const [name, text] of printed) await writeFile(join(folder, name), text)
  await writeSums(folder, key)
  return subject.record
}

async function addKit(
  target: string,
  folder: string,
  record: BuildRecord,
  { cache, out, pin }: ReleaseOptions,
  key: KeyObject | undefined,
): Promise<void> {
  // Beside the folder: the kit takes in all that lies in a release. It goes, too, when this ends before it is done.
  const own = await openStagedFolder(join(out, `.${pin}-${target}-kit`))
  const made = join(own, "kit")
  const words = ["--release", folder, "--out", made, "--cache", cache]
  // A pipe that the key came through can be read only once.
  const pem = key?.export({ format: "pem", type: "pkcs8" }).toString()
  await runOwn("scripts/commands/kit.ts", [...words, ...(pem ? ["--sign-key", "-"] : [])], pem)
  await writeSigned(join(folder, archiveName(record)), await readFile(made), key)
  await rm(own, { recursive: true })
}

/** Packages and images: of the kit, as it lies in the folder, and of the executable. */
async function addMade(
  folder: string,
  record: BuildRecord,
  { kit, imageBase }: ReleaseOptions,
  key: KeyObject | undefined,
): Promise<void> {
  const { materials } = await readSubject(folder)
  const source = {
    ...{ record, imageBase, release: folder },
    kit: kit ? await readArchive(join(folder, archiveName(record))) : undefined,
    seconds: Date.parse(materials.created) / 1000,
  }
  for (const maker of MAKERS.filter((one) => one.fits(record, kit)))
    await writeSigned(join(folder, maker.file(record)), Buffer.concat(await maker.make(source)), key)
}

async function writeSigned(file: string, bytes: Uint8Array, key: KeyObject | undefined): Promise<void> {
  await writeFile(file, bytes)
  if (key) await writeFile(`${file}.sig`, `${signBytes(bytes, key)}\n`)
}

/** Writes the sums of all files that have one, and what signs them. */
async function writeSums(folder: string, key: KeyObject | undefined): Promise<void> {
  const files = (await filesBelow(folder)).filter(
    (name) => !/(^SHA256SUMS|\.sig|^provenance\.dsse\.json)$/.test(name),
  )
  const lines = files.map(async (name) => {
    const bytes = await readFile(join(folder, name))
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`
  })
  const sums = (await Promise.all(lines)).join("")
  await writeFile(join(folder, "SHA256SUMS"), sums)
  if (!key) return
  const texts = new Map([["SHA256SUMS", sums]])
  for (const name of OUTPUTS.flatMap((output) => output.files))
    texts.set(name, await readFile(join(folder, name), "utf8"))
  for (const [name, text] of signFiles(texts, key)) await writeFile(join(folder, name), text)
}

/** @throws Failure that names what is missing, and what is there and not promised */
export async function requirePromised(folder: string, promised: string[]): Promise<void> {
  const there = await filesBelow(folder)
  const missing = promised.filter((name) => !there.includes(name))
  const more = there.filter((name) => !promised.includes(name))
  if (missing.length === 0 && more.length === 0) return
  throw new Failure({
    what: "The release does not hold exactly what is promised",
    why: [
      ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
      ...(more.length > 0 ? [`not promised: ${more.join(", ")}`] : []),
    ].join("; "),
    next: "this is a defect of the release command: report it with this message",
  })
}

/** Only what it says of its progress is passed on: its last lines name files where they do not stay. */
async function runOwn(script: string, words: string[], input = ""): Promise<void> {
  const { exitCode } = await run(process.execPath, [script, ...words], {
    cwd: ROOT,
    env: process.env,
    input,
    stdout: "ignore",
    stderr: process.stderr,
  })
  if (exitCode === 0) return
  throw new Failure({
    what: `${script} did not make its part of the release`,
    why: "see above",
    next: "do as it says, and start npm run release again",
  })
}
