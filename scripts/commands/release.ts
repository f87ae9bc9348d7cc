import { join, relative } from "node:path"
import { readSigningKey } from "../emit/sign.ts"
import { runCommand } from "../lib/errors.ts"
import { readBuildRecord } from "../record/build-record.ts"
import { makeRelease } from "../release/make-release.ts"
import { readReleaseOptions } from "../release/options.ts"
import { targetsOf } from "../release/targets.ts"
import { withoutWhat } from "../release/without.ts"

await runCommand(async () => {
  const options = await readReleaseOptions(process.argv)
  // Read first: without it, nothing has to be built.
  const key = options.key === undefined ? undefined : await readSigningKey(options.key)
  for (const target of await targetsOf(options)) {
    const folder = await makeRelease(target, options, key)
    const record = await readBuildRecord(join(folder, "build.json"))
    console.log([relative(process.cwd(), folder), ...withoutWhat(record, options)].join(", "))
  }
  return true
})
