import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { variantOfRecord } from "../build/variant.ts"
import { readHelpPages } from "../contents/help.ts"
import { Failure } from "../lib/errors.ts"
import type { PackageFile } from "../lib/npm/read-packages.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"
import { carriedFiles } from "./carried-files.ts"
import { type KitFile, kitFile } from "./kit-file.ts"
import { machineFor, printMachine } from "./machine.ts"
import { managedFile } from "./managed.ts"
import { describePackage, type Manifest, readPackageJson } from "./manifest.ts"
import { LAUNCHERS, programs } from "./programs.ts"
import type { KitPackage } from "./read-lock.ts"
import { scriptsFor } from "./scripts.ts"

/** The project's own part of a kit. */
const OWN = join(import.meta.dirname, "../../kit")

/** Where the kit goes, below the prefix that lies in `files`; offline/kit.ts looks there. */
const KIT = "files/lib/opencode-kit"

/** Programs and libraries that are inside the executable, too: offline/installed-file.ts looks there. */
const NATIVE = `${KIT}/native`

/** What every release has inside. */
const PLUGIN = "@opencode-ai/plugin"

/**
 * What a kit and the folder in it are called: of which upstream, of which version of this project, how it was built, and
 * with what inside.
 */
export function kitName(record: NamedBy): string {
  const { opencode, target } = record
  return [PROJECT, opencode, projectVersion(record), target, ...howBuilt(record)].join("-")
}

/** The version of this project that made it. */
export function projectVersion({ tools }: Pick<BuildRecord, "tools">): string {
  return tools[PROJECT]!
}

/** How it was built, where that is not the usual way, and with what inside. */
export function howBuilt(record: Omit<NamedBy, "opencode" | "target" | "tools">): string[] {
  const { source, leftOut } = record
  const isCore = leftOut.some(({ why }) => why === "--core-only")
  const built = [...(source === "git" ? ["git"] : []), ...(isCore ? ["core"] : [])]
  return [...built, variantOfRecord(record, PLUGIN)]
}

/** What of a record a kit's name says. */
type NamedBy = Pick<
  BuildRecord,
  "opencode" | "target" | "tools" | "source" | "leftOut" | "policy" | "inputs" | "packages"
>

/** The name of this project among the tools of a record. */
export const PROJECT = "opencode-offline"

/**
 * Reads a release: the executable, and how it was built.
 * @throws Failure when the executable is not the one that the record names
 */
export async function releaseFiles(release: string, record: BuildRecord): Promise<KitFile[]> {
  const { file, sha256 } = record.executable
  const executable = kitFile(executablePath(record), await readFile(join(release, file)), true)
  if (executable.sha256 !== sha256)
    throw new Failure({
      what: `${join(release, file)} is not what its build.json says`,
      why: `\n    build.json: ${sha256}\n    found:      ${executable.sha256}`,
      next: "npm run build",
    })
  const others = (await filesBelow(release)).filter((path) => path !== file)
  return [
    executable,
    ...carriedFiles(executable.data, record).map(({ name, data }) =>
      kitFile(`${NATIVE}/${name}`, data, true),
    ),
    ...(await Promise.all(
      others.map(async (path) => kitFile(`${KIT}/release/${path}`, await readFile(join(release, path)))),
    )),
  ]
}

/**
 * Everything else of a kit.
 * @param read the files of each of the chosen packages
 * @param shell completions and the man page, by where they go below the prefix
 */
export async function kitFiles(
  record: BuildRecord,
  chosen: { direct: string[]; packages: KitPackage[] },
  read: PackageFile[][],
  shell: Record<string, string>,
): Promise<{ manifest: Manifest; files: KitFile[] }> {
  const own = await filesBelow(join(OWN, "launch"))
  const bins = chosen.direct.map((name) => {
    const index = chosen.packages.findIndex(({ path }) => path === `node_modules/${name}`)
    return [name, readPackageJson(read[index]!).bin]
  })
  const { bytes, sha256 } = record.executable
  const target = findTarget(record.target)
  const manifest: Manifest = {
    format: 1,
    opencode: record.opencode,
    target: record.target,
    executable: { bytes, sha256 },
    policy: record.policy,
    programs: programs(
      Object.fromEntries(bins),
      own.map((file) => file.replace(/\.cjs$/, "")),
    ),
    packages: chosen.packages.map((locked, index) => describePackage(locked, read[index]!)),
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  const files = [
    kitFile("manifest.json", text),
    kitFile(`${KIT}/manifest.json`, text),
    ...(await Promise.all(scriptsFor(target, KIT).map(([from, to]) => ownFile(from, to)))),
    ...Object.entries(await readHelpPages()).map(([topic, page]) =>
      kitFile(`${KIT}/docs/${topic}.txt`, page),
    ),
    await managedFile(KIT, record),
    ...Object.entries(shell).map(([path, text]) => kitFile(`${KIT}/${path}`, text)),
    ...(await Promise.all(own.map((name) => ownFile(`launch/${name}`, `${KIT}/launch/${name}`)))),
    ...Object.entries(manifest.programs).map(([name, program]) =>
      LAUNCHERS[target.launcher](KIT, name, program),
    ),
    ...chosen.packages.flatMap(({ path }, index) =>
      read[index]!.map((file) => kitFile(`${KIT}/${path}/${file.path}`, file.data, file.executable)),
    ),
  ]
  return { manifest, files }
}

/**
 * `machine`, by which the installer sees whether it is on the right one.
 * @throws Failure when it is not known what the executable needs
 */
export function machineFile(record: BuildRecord, files: KitFile[]): KitFile {
  const executable = files.find(({ path }) => path === executablePath(record))!.data
  // A file takes whole blocks.
  const bytes = files.reduce((sum, { data }) => sum + Math.ceil(data.length / BLOCK) * BLOCK, 0)
  return kitFile("machine", printMachine(machineFor(record.target, executable, bytes)))
}

function executablePath({ target }: Pick<BuildRecord, "target">): string {
  return `files/bin/${findTarget(target).file}`
}

const BLOCK = 4096

/** `SHA256SUMS`, which the installer goes by. */
export function sums(files: KitFile[]): KitFile {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`)
  return kitFile("SHA256SUMS", lines.sort().join(""))
}

async function ownFile(from: string, to: string): Promise<KitFile> {
  return kitFile(to, await readFile(join(OWN, from)))
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
