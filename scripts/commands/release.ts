import { join, relative } from "node:path"
import { describeUse } from "../build/write-release.ts"
import { readSigningKey } from "../emit/signing-key.ts"
import { runCommand } from "../lib/errors.ts"
import { checkGiven } from "../release/check-given.ts"
import { describeMade } from "../release/made.ts"
import { makeRelease } from "../release/make-release.ts"
import { readReleaseOptions } from "../release/options.ts"
import { targetsOf } from "../release/targets.ts"

await runCommand(async () => {
  const options = await readReleaseOptions(process.argv)
  // Read first: without it, nothing has to be built.
  const key = options.key === undefined ? undefined : await readSigningKey(options.key)
  await checkGiven(options)
  const all = []
  for (const target of await targetsOf(options)) {
    const made = await describeMade(await makeRelease(target, options, key), options)
    all.push(made)
    if (options.json) continue
    console.log([relative(process.cwd(), made.folder) || ".", ...made.without].join(", "))
    console.log(describeUse(relative(process.cwd(), join(made.folder, made.executable.file))))
  }
  if (options.json) console.log(JSON.stringify(all, null, 2))
  return true
})
