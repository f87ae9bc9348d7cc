import { join } from "node:path"
import { isStale } from "../build/fresh-release.ts"
import { releaseFolder } from "../build/release-folder.ts"
import { type Given, variantOf } from "../build/variant.ts"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { findTarget } from "../upstream/target.ts"

const ROOT = join(import.meta.dirname, "../..")

/** Which executable goes into a kit. */
export interface Wanted extends Given {
  pin: string
  target: string
  cache: string
}

/**
 * The folder of the release that goes into a kit, which is built when it is missing or stale. What an organisation gives has a
 * folder of its own, so what lies there was made with it.
 * @throws Failure when it cannot be built
 */
export async function findRelease(wanted: Wanted): Promise<string> {
  const { pin, target } = wanted
  const variant = await variantOf(given(wanted))
  const folder = releaseFolder({ pin, target, source: "release", coreOnly: false, variant })
  if (await isStale({ executable: join(folder, findTarget(target).file) })) await build(wanted)
  return folder
}

function given({ policy, config, models, modelsExtend, with: packages }: Wanted): Given {
  return { policy, config, models, modelsExtend, with: packages }
}

/** Its progress goes to where this process's own does. */
async function build(wanted: Wanted): Promise<void> {
  const words = wordsOf(wanted)
  const { exitCode } = await run(process.execPath, ["build.ts", ...words], {
    cwd: ROOT,
    env: process.env,
    stdio: ["ignore", process.stderr, process.stderr],
  })
  if (exitCode === 0) return
  const next = `npm run build -- ${words.join(" ")}`
  throw new Failure({ what: "The executable could not be built", why: "see above", next })
}

function wordsOf({ pin, target, cache, with: packages = [], ...files }: Wanted): string[] {
  const options = { pin, target, cache, policy: files.policy, config: files.config, models: files.models }
  const all = { ...options, "models-extend": files.modelsExtend }
  return [
    ...Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...packages.flatMap((name) => ["--with", name]),
  ]
}
