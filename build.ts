import { acquireInputs } from "./scripts/acquire-inputs.ts"
import { patchStock } from "./scripts/apply-series.ts"
import { assembleExecutable } from "./scripts/assemble-executable.ts"
import { checkExecutable } from "./scripts/check-executable.ts"
import { embedContents } from "./scripts/embed-contents.ts"
import { runCommand } from "./scripts/lib/errors.ts"
import { Progress } from "./scripts/lib/log.ts"
import { readOptions } from "./scripts/read-options.ts"
import { readPin } from "./scripts/read-pin.ts"
import { readStock } from "./scripts/read-stock.ts"
import { describeRelease, writeRelease } from "./scripts/write-release.ts"

await runCommand(async () => {
  const options = readOptions(process.argv)
  const progress = new Progress(8, { silent: options.json })
  const pin = await progress.step("Read the pin", () => readPin(options.pin))
  const inputs = await progress.step("Acquire", (step) => acquireInputs(pin, options, step))
  const stock = await progress.step("Read the stock executable", (step) => readStock(inputs, step))
  const { trees, applied } = await progress.step("Apply the series", (step) => patchStock(stock, step))
  const embedded = await progress.step("Embed", (step) => embedContents(stock, options, step))
  const built = await progress.step("Assemble", (step) =>
    assembleExecutable(stock, trees, embedded, options, step),
  )
  const build = { stock, applied, embedded, built }
  const record = await progress.step("Check", (step) => checkExecutable(build, options, step))
  await progress.step("Write the release", () => writeRelease(build, record, options))
  console.log(describeRelease(record, options))
  return true
})
