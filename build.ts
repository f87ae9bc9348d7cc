import { acquireInputs } from "./scripts/build/acquire-inputs.ts"
import { assembleCompiled, assembleExecutable } from "./scripts/build/assemble-executable.ts"
import { checkCompiled } from "./scripts/build/check-compiled.ts"
import { checkExecutable } from "./scripts/build/check-executable.ts"
import { commitPatches } from "./scripts/build/commit-patches.ts"
import { compileTree } from "./scripts/build/compile-tree.ts"
import { embedCarried, embedContents } from "./scripts/build/embed-contents.ts"
import { fetchCommit } from "./scripts/build/fetch-commit.ts"
import { installDependencies } from "./scripts/build/install-dependencies.ts"
import { type BuildOptions, readOptions } from "./scripts/build/options.ts"
import { patchStock } from "./scripts/build/patch-stock.ts"
import { readStock } from "./scripts/build/read-stock.ts"
import { describeRelease, writeRelease } from "./scripts/build/write-release.ts"
import { runCommand } from "./scripts/lib/errors.ts"
import { Progress } from "./scripts/lib/log.ts"
import { withTemporaryFolder } from "./scripts/lib/npm/cache.ts"
import { readPin } from "./scripts/pins/pin.ts"
import type { BuildRecord } from "./scripts/record/build-record.ts"
import { readLicenses } from "./scripts/record/licenses.ts"

await runCommand(async () => {
  const options = readOptions(process.argv)
  const record = await (options.source === "git" ? buildFromGit : buildFromRelease)(options)
  console.log(describeRelease(record, options))
  return true
})

async function buildFromRelease(options: BuildOptions): Promise<BuildRecord> {
  const progress = new Progress(8, { silent: options.json })
  const pin = await progress.step("Read the pin", () => readPin(options.pin))
  const inputs = await progress.step("Acquire", (step) => acquireInputs(pin, options, step))
  const stock = await progress.step("Read the stock executable", (step) => readStock(inputs, step))
  const { bundles, applied } = await progress.step("Apply the series", (step) => patchStock(stock, step))
  const embedded = await progress.step("Embed", (step) => embedContents(stock, options, step))
  const built = await progress.step("Assemble", (step) =>
    assembleExecutable(stock, bundles, embedded, options, step),
  )
  const build = { stock, applied, embedded, built }
  const record = await progress.step("Check", (step) => checkExecutable(build, options, step))
  const licenses = await readLicenses(pin, options.cache)
  const release = { applied, staging: built.staging, licenses }
  await progress.step("Write the release", () => writeRelease(release, record, options))
  return record
}

/** The stock executable is what the model catalogue is taken from, and what the modules are compared with. */
function buildFromGit(options: BuildOptions): Promise<BuildRecord> {
  return withTemporaryFolder(options.cache, async (folder) => {
    const progress = new Progress(11, { silent: options.json })
    const pin = await progress.step("Read the pin", () => readPin(options.pin))
    const inputs = await progress.step("Acquire", (step) => acquireInputs(pin, options, step))
    const stock = await progress.step("Read the stock executable", (step) => readStock(inputs, step))
    const commit = await progress.step("Fetch the commit", (step) => fetchCommit(pin, options, step))
    const checkout = await progress.step("Apply the series", (step) =>
      commitPatches(commit, folder, options, step),
    )
    await progress.step("Install the dependencies", (step) =>
      installDependencies(checkout, inputs, options, step),
    )
    const carried = await progress.step("Embed", (step) => embedCarried(stock, options, step))
    const compiled = await progress.step("Compile", (step) =>
      compileTree(checkout, stock, carried, options, step),
    )
    const built = await progress.step("Assemble", (step) =>
      assembleCompiled(compiled, carried, options, step),
    )
    const build = { checkout, stock, carried, compiled, built }
    const record = await progress.step("Check", (step) => checkCompiled(build, options, step))
    const licenses = await readLicenses(pin, options.cache)
    const applied = checkout.patches.map((patch) => patch.applied)
    const release = { applied, staging: built.staging, licenses }
    await progress.step("Write the release", () => writeRelease(release, record, options))
    return record
  })
}
