import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { readSupported } from "../pins/pin.ts"
import { hostTarget } from "../upstream/target.ts"
import { releaseFolder } from "./release-folder.ts"

const ROOT = join(import.meta.dirname, "../..")

/** What the executable is made from; a newer file among them makes it stale. */
export const INPUTS = [
  ...["offline", "patches", "pins", "scripts", "vex"],
  ...["build.ts", "package.json", "package-lock.json", "tsconfig.json", "LICENSE"],
]

/** A release as `npm run build` makes it when it is told no more than the pin. */
export interface PlainRelease {
  pin: string
  target: string
  folder: string
  executable: string
}

/**
 * The release of a pin.
 * @param name of the pin; the default when it is not given
 * @param target this machine's when it is not given
 */
export async function plainRelease(name?: string, target = hostTarget()): Promise<PlainRelease> {
  const pin = name ?? (await readSupported()).default
  const folder = releaseFolder({ pin, target: target.name, source: "release", coreOnly: false })
  return { pin, target: target.name, folder, executable: join(folder, target.file) }
}

/** Whether a release is missing, or older than what it is made from. */
export async function isStale({ executable }: Pick<PlainRelease, "executable">): Promise<boolean> {
  const built = await stat(executable).catch(() => undefined)
  if (!built) return true
  for (const input of INPUTS) {
    if ((await lastChange(join(ROOT, input))) > built.mtimeMs) return true
  }
  return false
}

/** When a file, or anything in a folder, was changed last: a removed file changes its folder. */
async function lastChange(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.mtimeMs
  const inside = await Promise.all((await readdir(path)).map((name) => lastChange(join(path, name))))
  return Math.max(found.mtimeMs, ...inside)
}

/** Makes a release; its progress goes to where this process's own does. */
export async function buildRelease({ pin, target }: PlainRelease): Promise<void> {
  const { exitCode } = await run(process.execPath, ["build.ts", "--pin", pin, "--target", target], {
    cwd: ROOT,
    env: process.env,
    stdio: ["ignore", process.stderr, process.stderr],
  })
  if (exitCode === 0) return
  const next = `npm run build -- --pin ${pin} --target ${target}`
  throw new Failure({ what: "The executable could not be built", why: "see above", next })
}
