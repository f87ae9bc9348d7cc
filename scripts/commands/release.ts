import { relative } from "node:path"
import { readSigningKey } from "../emit/sign.ts"
import { runCommand } from "../lib/errors.ts"
import { makeRelease } from "../release/make-release.ts"
import { readReleaseOptions } from "../release/options.ts"
import { findTarget } from "../upstream/target.ts"

await runCommand(async () => {
  const options = await readReleaseOptions(process.argv)
  // Read first: without it, nothing has to be built.
  const key = options.key === undefined ? undefined : await readSigningKey(options.key)
  for (const target of options.targets) {
    const folder = await makeRelease(target, options, key)
    const without = [
      ...(key ? [] : ["not signed (--key FILE)"]),
      ...(options.imageBase || findTarget(target).os !== "linux"
        ? []
        : ["the image has no C library, and does not run by itself (--image-base PATH)"]),
    ]
    console.log([relative(process.cwd(), folder), ...without].join(", "))
  }
  return true
})
