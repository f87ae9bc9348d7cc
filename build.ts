import type { KeyObject } from "node:crypto"
import { acquireInputs } from "./scripts/build/acquire-inputs.ts"
import { checkGiven } from "./scripts/build/check-given.ts"
import type { takeFromCommit as FromCommit } from "./scripts/build/from-commit.ts"
import { type BuildOptions, optionsFor, readOptions } from "./scripts/build/options.ts"
import { readSigningKey } from "./scripts/emit/signing-key.ts"
import { runCommand } from "./scripts/lib/errors.ts"
import { Progress, type Step } from "./scripts/lib/log.ts"
import { withTemporaryFolder } from "./scripts/lib/npm/cache.ts"
import { missingTargets, type Pin, packagesToMirror, pinSpec, readPin } from "./scripts/pins/pin.ts"
import type { BuildRecord } from "./scripts/record/build-record.ts"
import { ALL, findTarget } from "./scripts/upstream/target.ts"

await runCommand(async () => {
  const options = await readOptions(process.argv)
  // Once, as it may come through a pipe, and ahead of all that takes time.
  const key = options.signKey === undefined ? undefined : await readSigningKey(options.signKey)
  for (const one of await targetsOf(options)) {
    const record = await withTemporaryFolder(one.cache, (folder) => build(one, folder, key))
    const { describeAnew, describeRelease } = await import("./scripts/build/steps.ts")
    for (const line of describeAnew()) console.error(line)
    console.log(describeRelease(record, one))
  }
  return true
})

/** The options for each target that is to be built; what a pin has not is said ahead of all. */
async function targetsOf(options: BuildOptions): Promise<BuildOptions[]> {
  if (options.target !== ALL) return [options]
  const pin = await readPin(options.pin)
  for (const target of missingTargets(pin))
    console.error(
      `without ${target}: mirror ${packagesToMirror(pin, target)}, then npm run pin -- ${pinSpec(pin)} --add`,
    )
  return Promise.all(Object.keys(pin.targets).map((target) => optionsFor(options, target)))
}

/** The steps of both sources: they differ in where the code comes from, and in nothing else. */
async function build(
  options: BuildOptions,
  folder: string,
  signKey: KeyObject | undefined,
): Promise<BuildRecord> {
  const { out, cache, gitUrl, coreOnly, signCommand } = options
  const target = findTarget(options.target)
  const progress = new Progress((options.source === "git" ? 13 : 11) + (signCommand ? 1 : 0), {
    silent: options.json,
  })
  const pin = await progress.step("Read the pin", () => readPin(options.pin))
  await checkGiven(pin, options)
  const { inputs, steps, own, given } = await progress.step("Acquire", (step) => acquire(pin, options, step))
  const stock = await progress.step("Read the stock executable", (step) =>
    steps.readStock(inputs, target, step),
  )
  const contents = await progress.step("Prepare the contents", (step) =>
    steps.prepareContents(given, stock, options, step),
  )
  const code = await (options.source === "git"
    ? takeFromCommit({ pin, inputs, stock, contents, gitUrl, coreOnly, cache, folder }, progress)
    : steps.takeFromRelease({ pin, target, inputs, stock, contents, coreOnly, cache }, progress))
  steps.requirePatches(contents.policy, code)
  const assembled = await progress.step("Assemble", (step) =>
    steps.assemble(code, contents, { out, file: target.file }, step),
  )
  const built = signCommand
    ? await progress.step("Sign", (step) => steps.sign(assembled, signCommand, step))
    : assembled
  const made = { pin, inputs, stock, code, contents, own, built }
  const record = await progress.step("Check", (step) => steps.checkExecutable(made, options, step))
  const materials = await progress.step("List the materials", (step) =>
    steps.listMaterials(made, record, options, step),
  )
  const listed = { applied: code.applied, record, materials, signKey }
  const printed = await progress.step("Print", (step) => steps.printRelease(listed, options, step))
  await progress.step("Write the release", () =>
    steps.writeRelease({ applied: code.applied, staging: built.staging, printed }, record, { out, signKey }),
  )
  if (options.recordDerived) await steps.recordDerived()
  return record
}

/** Upstream's executable and Bun are hashed by threads; meanwhile is done what needs neither. */
async function acquire(pin: Pin, options: BuildOptions, step: Step) {
  const { executables, carried } = acquireInputs(pin, options, step)
  const prepare = async () => {
    const [files, steps] = await Promise.all([carried, import("./scripts/build/steps.ts")])
    const given = await steps.prepareGiven(pin, files, options)
    return { files, steps, given, own: await steps.readOwn(pin, options) }
  }
  const [large, { files, ...prepared }] = await Promise.all([executables, prepare()])
  return { inputs: { ...large, ...files }, ...prepared }
}

/** npm's libraries take a while to load, and the release source does without. */
async function takeFromCommit(...source: Parameters<typeof FromCommit>): ReturnType<typeof FromCommit> {
  const { takeFromCommit } = await import("./scripts/build/from-commit.ts")
  return takeFromCommit(...source)
}
