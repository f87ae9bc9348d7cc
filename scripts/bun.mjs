// Runs the Bun of the lockfile, with Node. The package `bun` needs an install script to put its executable in place,
// which many organisations forbid (`ignore-scripts`); without it the package of this platform, beside it, still holds it.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { addNativePackages } from "./native.mjs"

if (!(await addNativePackages())) process.exit(2)

const modules = join(import.meta.dirname, "../node_modules")
const platforms = existsSync(join(modules, "@oven")) ? readdirSync(join(modules, "@oven")) : []
const places = [...platforms.map((name) => `@oven/${name}/bin/bun`), "bun/bin/bun.exe"]
const executable = places.map((place) => join(modules, place)).find(existsSync)
if (!executable) {
  console.error(
    "error: Bun is not installed\n  why:  node_modules has none for this platform\n  next: npm ci",
  )
  process.exit(2)
}
const { status, signal, error } = spawnSync(executable, process.argv.slice(2), { stdio: "inherit" })
if (error) throw error
if (signal) process.kill(process.pid, signal)
process.exit(status)
