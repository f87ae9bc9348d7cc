import { acquireInputs } from "./scripts/build/acquire-inputs.ts"
import { assemble } from "./scripts/build/assemble.ts"
import { checkExecutable } from "./scripts/build/check.ts"
import { checkGiven } from "./scripts/build/check-given.ts"
import { prepareContents } from "./scripts/build/contents.ts"
import type { takeFromCommit as FromCommit } from "./scripts/build/from-commit.ts"
import { takeFromRelease } from "./scripts/build/from-release.ts"
import { listMaterials } from "./scripts/build/list-materials.ts"
import { type BuildOptions, readOptions } from "./scripts/build/options.ts"
import { printRelease } from "./scripts/build/print-release.ts"
import { readStock } from "./scripts/build/read-stock.ts"
import { describeRelease, writeRelease } from "./scripts/build/write-release.ts"
import { recordDerived } from "./scripts/lib/derived-cache.ts"
import { runCommand } from "./scripts/lib/errors.ts"
import { Progress } from "./scripts/lib/log.ts"
import { withTemporaryFolder } from "./scripts/lib/npm/cache.ts"
import { readPin } from "./scripts/pins/pin.ts"
import type { BuildRecord } from "./scripts/record/build-record.ts"
import { findTarget } from "./scripts/upstream/target.ts"

await runCommand(async () => {
  const options = await readOptions(process.argv)
  const record = await withTemporaryFolder(options.cache, (folder) => build(options, folder))
  console.log(describeRelease(record, options))
  return true
})

/** The steps of both sources: they differ in where the code comes from, and in nothing else. */
async function build(options: BuildOptions, folder: string): Promise<BuildRecord> {
  const { out, cache, gitUrl, coreOnly } = options
  const { file } = findTarget(options.target)
  const progress = new Progress(options.source === "git" ? 13 : 11, { silent: options.json })
  const pin = await progress.step("Read the pin", () => readPin(options.pin))
  const signKey = await checkGiven(options)
  const inputs = await progress.step("Acquire", (step) => acquireInputs(pin, options, step))
  const stock = await progress.step("Read the stock executable", (step) => readStock(inputs, step))
  const contents = await progress.step("Prepare the contents", (step) =>
    prepareContents(pin, inputs, stock, options, step),
  )
  const code = await (options.source === "git"
    ? takeFromCommit({ pin, inputs, stock, contents, gitUrl, cache, folder }, progress)
    : takeFromRelease({ pin, inputs, stock, contents, coreOnly, cache }, progress))
  const built = await progress.step("Assemble", (step) => assemble(code, contents, { out, file }, step))
  const made = { pin, inputs, stock, code, contents, built }
  const record = await progress.step("Check", (step) => checkExecutable(made, options, step))
  const materials = await progress.step("List the materials", (step) =>
    listMaterials(made, record, options, step),
  )
  const listed = { applied: code.applied, record, materials, signKey }
  const printed = await progress.step("Print", (step) => printRelease(listed, options, step))
  await progress.step("Write the release", () =>
    writeRelease({ applied: code.applied, staging: built.staging, printed }, record, { out, signKey }),
  )
  if (options.recordDerived) await recordDerived()
  return record
}

/** npm's libraries take a while to load, and the release source does without. */
async function takeFromCommit(...source: Parameters<typeof FromCommit>): ReturnType<typeof FromCommit> {
  const { takeFromCommit } = await import("./scripts/build/from-commit.ts")
  return takeFromCommit(...source)
}
