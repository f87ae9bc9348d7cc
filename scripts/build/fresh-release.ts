import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"

const ROOT = join(import.meta.dirname, "../..")

/** The folder of the release that `npm run build` makes when it is given no options. */
export const RELEASE = join(ROOT, "dist/1.3.0-linux-x64")

/** What the executable is made from; a newer file among them makes it stale. */
const INPUTS = ["build.ts", "scripts", "patches", "offline", "pins", "package-lock.json"]

/** Whether the release is missing, or older than what it is made from. */
export async function isStale(): Promise<boolean> {
  const built = await stat(join(RELEASE, "opencode")).catch(() => undefined)
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

/** Makes the release; its progress goes to where this process's own does. */
export async function buildRelease(): Promise<void> {
  const { exitCode } = await run(process.execPath, ["build.ts"], {
    cwd: ROOT,
    env: process.env,
    stdio: ["ignore", process.stderr, process.stderr],
  })
  if (exitCode === 0) return
  throw new Failure({ what: "The executable could not be built", why: "see above", next: "npm run build" })
}
