// `npm ci --omit=optional` leaves out Chromium and Biome, which no build needs, and with them the parts for this platform that
// Bun, esbuild and ast-grep consist of: npm knows one kind of optional package. Those are put back here, by the lockfile's
// hashes. What the install scripts of Bun and esbuild fetch instead has no hash in the lockfile.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"

/** The packages that are nothing without their part for the platform. */
const OWNERS = ["bun", "esbuild", "@ast-grep/napi"]

/** Puts back what is missing, and returns whether all is there then; what is not, it says. With everything there it reads three small files. */
export async function addNativePackages(root = join(import.meta.dirname, "..")) {
  const modules = join(root, "node_modules")
  const owners = OWNERS.filter((owner) => existsSync(join(modules, owner)) && !hasPart(modules, owner))
  if (owners.length === 0) return true
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))
  for (const owner of owners) {
    const names = Object.keys(packages[`node_modules/${owner}`]?.optionalDependencies ?? {})
    const name = names.find((each) => fits(packages[`node_modules/${each}`]))
    if (name === undefined) continue
    console.error(
      `Getting ${name}@${packages[`node_modules/${name}`].version}, which --omit=optional left out`,
    )
    if (!(await add(root, name, packages[`node_modules/${name}`]))) return false
  }
  return true
}

/** Whether one of the parts is there. npm puts only that of this platform there. */
function hasPart(modules, owner) {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(modules, owner, "package.json"), "utf8"))
  const names = Object.keys(optionalDependencies)
  return names.length === 0 || names.some((name) => existsSync(join(modules, name)))
}

function fits(locked) {
  if (!locked) return false
  const library = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl"
  return [
    [locked.os, process.platform],
    [locked.cpu, process.arch],
    [locked.libc, process.platform === "linux" ? library : undefined],
  ].every(([list, value]) => list === undefined || value === undefined || list.includes(value))
}

async function add(root, name, { version, integrity }) {
  const modules = join(root, "node_modules")
  const folder = mkdtempSync(join(modules, ".native-"))
  try {
    const said = download(root, `${name}@${version}`, folder)
    if (said !== undefined) return stop(`${name}@${version} could not be had`, said)
    const file = join(folder, readdirSync(folder)[0])
    const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`
    if (found !== integrity)
      return stop(
        `${name}@${version} is not what package-lock.json says`,
        `it says ${integrity}, and this is ${found}`,
      )
    const unpacked = join(folder, "unpacked")
    mkdirSync(unpacked)
    const { extract } = await import("tar")
    await extract({ file, cwd: unpacked, strip: 1 })
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    // Another command may have been faster.
    if (!existsSync(join(modules, name))) renameSync(unpacked, join(modules, name))
    return true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** By npm itself, whose configuration says where from. Returns what went wrong. */
function download(root, spec, folder) {
  const npm = process.env.npm_execpath
  const words = ["pack", spec, "--pack-destination", folder, "--silent"]
  const [program, ...first] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"]
  const { status, stderr, error } = spawnSync(program, [...first, ...words], { cwd: root, encoding: "utf8" })
  return status === 0 ? undefined : (error?.message ?? stderr).trim()
}

function stop(what, why) {
  console.error(`error: ${what}\n  why:  ${why}\n  next: npm ci, without --omit=optional`)
  return false
}
