import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { OfflineError } from "./error.ts"
import { insidePackage } from "./inside/index.ts"
import { launcher } from "./kit.ts"

/** Upstream's folders, of which packages may lie in two. */
export interface Folders {
  cache: string
  config: string
}

/**
 * Where a plugin or provider package is, instead of installing it: on disk, else inside the executable.
 * @param version what upstream asks for: `latest`, a version, or a range
 * @returns the package's folder, or what to import instead
 * @throws OfflineError that names the package, where it was looked for, and how to provide it
 */
export function onDisk(name: string, version = "latest", folders: Folders): string {
  const places = [folders.cache, folders.config, path.join(process.cwd(), ".opencode")]
  for (const place of places) {
    const folder = path.join(place, "node_modules", name)
    const found = versionIn(folder)
    if (!found) continue
    if (fits(found, version)) return folder
    throw missing(name, version, `${folder} holds ${found}`, folders)
  }
  const inside = insidePackage(name)
  if (inside && fits(inside.version, version)) return inside.specifier
  const none = `it is in none of ${places.map((place) => path.join(place, "node_modules")).join(", ")}`
  throw missing(name, version, inside ? `${none}, and inside is ${inside.version}` : none, folders)
}

/** A process as upstream starts it: the command's words, and options of which only the environment is looked at. */
export interface ChildOptions {
  cwd?: string
  env?: Record<string, string | undefined> | null
}

/** What Bun does that a connection is needed for; all else that it is started for runs a file from disk. */
const NETWORK_VERBS = new Set([
  "add",
  "a",
  "install",
  "i",
  "update",
  "info",
  "create",
  "c",
  "outdated",
  "audit",
  "publish",
  "upgrade",
  "pm",
])

/**
 * A child that upstream is about to start. One that is the executable itself, run as Bun, must not reach the registry:
 * `x NAME` becomes the program NAME from the nearest node_modules, or from the kit; anything that installs is refused, and
 * what is left finds no registry. A program that PATH has not comes from the kit. Every other child is untouched.
 * @throws OfflineError when the program is not on disk, or the verb needs the registry
 */
export function child<T extends ChildOptions>(command: string[], options: T): [string[], T] {
  if (command[0] !== process.execPath || !isBun(options)) return [named(command, options), options]
  const [, verb = "", ...rest] = command
  if (NETWORK_VERBS.has(verb)) {
    throw new OfflineError(
      `\`bun ${command.slice(1).join(" ")}\` was not run: OpenCode is offline and it needs the npm registry`,
    )
  }
  const words = verb === "x" ? program(rest, options.cwd ?? process.cwd()) : command
  return [words, { ...options, env: { ...process.env, ...options.env, ...CLOSED } }]
}

/** A program by its name alone, as a configuration may give one. */
function named(command: string[], options: ChildOptions): string[] {
  const [name = "", ...rest] = command
  const file = launcher(name)
  const inPath = file && Bun.which(name, { PATH: options.env?.PATH ?? process.env.PATH })
  return file && !inPath ? [file, ...rest] : command
}

/** Port 9 on loopback: nothing listens there, so whatever asks is refused at once. */
const NOWHERE = "http://127.0.0.1:9/"

const CLOSED = {
  NPM_CONFIG_REGISTRY: NOWHERE,
  npm_config_registry: NOWHERE,
  npm_config_offline: "true",
  BUN_CONFIG_REGISTRY: NOWHERE,
}

function isBun(options: ChildOptions): boolean {
  return options.env?.BUN_BE_BUN === "1" || process.env.BUN_BE_BUN === "1"
}

/** What `bun x NAME` becomes: that name's entry in the nearest node_modules/.bin, or the kit's launcher. */
function program([name = "", ...rest]: string[], from: string): string[] {
  const binary = name.replace(/^@[^/]+\//, "")
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const file = path.join(folder, "node_modules", ".bin", binary)
    if (existsSync(file)) return [process.execPath, "run", file, ...rest]
    if (folder === path.dirname(folder)) break
  }
  const inKit = launcher(binary)
  if (inKit) return [inKit, ...rest]
  throw new OfflineError(
    `${name} was not run: OpenCode is offline and no node_modules/.bin at or above ${from} has it; install it in the project, or the kit beside this executable`,
  )
}

function versionIn(folder: string): string | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version ?? "0.0.0"
  } catch {
    return undefined
  }
}

function fits(found: string, wanted: string): boolean {
  const isExact = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted)
  return !isExact || wanted === found
}

const reported = new Set<string>()

function missing(name: string, version: string, why: string, folders: Folders): OfflineError {
  const error = new OfflineError(
    `The package ${name}@${version} is not installed and OpenCode is offline: ${why}. ` +
      `Provide it from a machine with a registry: npm install --prefix ${folders.config} ${name}@${version}`,
  )
  // Upstream's own message names the package only in its log. In a worker the TUI shows the error; a line would tear its screen.
  if (Bun.isMainThread && !reported.has(name)) process.stderr.write(`! ${error.message}\n`)
  reported.add(name)
  return error
}
