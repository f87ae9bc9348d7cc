import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { build } from "esbuild"
import type { BuildRecord } from "../record/build-record.ts"
import { nameCommit } from "../record/repository.ts"
import { type Found, genericUrl, NO_ASSERTION, npmLibrary, npmUrl } from "./material.ts"

const ROOT = join(import.meta.dirname, "../..")

/** The modules that this project makes of its own texts, and its lists of what else is inside. */
const OWN = /\/(offline\/\w+\.js|offline-(help|assets|packages)\.json|offline-asset-licenses\.txt\.zst)$/

/** An organisation's policy, or that there is none. */
const POLICY = /\/offline-policy\.json$/

/** What is evaluated inside the executable; all else of `offline/` is imported from there. */
const ENTRIES = ["index.ts", "thread.ts", "kernel/launch.ts", "kernel/supervise.ts"]

/**
 * This project's own modules, and the packages that are bundled into them.
 * @param libraries where these lie, as {@link findLibraries} gives it
 */
export async function ofOwnModules(
  { modules, repository, tools, policy }: BuildRecord,
  libraries: string[],
): Promise<Found[]> {
  const where = modules.added
    .map(({ name }) => name)
    .filter((name) => OWN.test(name) || (!policy && POLICY.test(name)))
  const own: Found = {
    ...(await ofProject(tools, repository)),
    kind: "library",
    where,
    note: "The modules of offline/, which run ahead of upstream's code.",
  }
  const code = where.filter((name) => name.endsWith(".js"))
  const bundled = await Promise.all(libraries.map((folder) => ofInstalled(folder, code, own.purl)))
  return [own, ...bundled]
}

/** This project: also its patches are under its licence. */
async function ofProject(
  tools: BuildRecord["tools"],
  repository: BuildRecord["repository"],
): Promise<Omit<Found, "kind" | "where">> {
  const version = tools["opencode-offline"]!
  const commit = repository && nameCommit(repository)
  const purl = genericUrl("opencode-offline", commit ?? version)
  const texts = [await readFile(join(ROOT, "LICENSE"), "utf8")]
  const name = "opencode-offline"
  return { purl, name, version: commit ?? version, license: "MIT", texts, complete: true }
}

/**
 * The patches, each as a change of upstream's executable.
 * @param diffs what each changed, by its name
 * @throws Error when one is not there
 */
export async function ofPatches(record: BuildRecord, diffs: Record<string, string>): Promise<Found[]> {
  const project = await ofProject(record.tools, record.repository)
  const changed = (name: string) => {
    const diff = diffs[name]
    if (diff === undefined) throw new Error(`there is no diff of ${name}, so it is not known what it changes`)
    return [...diff.matchAll(/^--- a\/(.+)$/gm)].map(([, file]) => moduleOf(file!, record))
  }
  return record.patches.map(({ name, subject }) => ({
    ...project,
    purl: genericUrl(`opencode-offline/patches/${name}`, project.version),
    kind: "patch" as const,
    name: `patches/${name}`,
    within: npmUrl(record.stock.package, record.stock.version),
    where: changed(name),
    note: `${subject}. What it changes: patches/${name}.diff`,
  }))
}

/** The module that a diff's file stands for; of a file that stands in a bundle with others, the file. */
function moduleOf(file: string, { modules }: BuildRecord): string {
  const end = `/${file.replace(/^chunks\//, "")}`
  return modules.changed.find(({ name }) => name.endsWith(end))?.name ?? file
}

/** What an organisation gave: its terms are its own. */
export function ofOrganisation({ inputs, models, policy, configuration, modules }: BuildRecord): Found[] {
  const given = [
    ...(models && models.from !== "upstream" ? [["models", "offline-models.json"] as const] : []),
    ...(configuration ? [["config", "offline-config.json"] as const] : []),
    ...(policy ? [["policy", "offline-policy.json"] as const] : []),
  ]
  return given.map(([kind, file]) => {
    const input = inputs.find(({ name }) => name.startsWith(`--${kind}`))
    return {
      purl: genericUrl(`organisation/${kind}`, input?.sha256.slice(0, 12)),
      kind: "data" as const,
      name: `the organisation's ${kind}`,
      license: NO_ASSERTION,
      ...(input && { file: { bytes: input.bytes, sha256: input.sha256 } }),
      texts: [],
      where: holding(modules, file),
      complete: true,
    }
  })
}

/** The modules of that name: in which folder they lie depends on the target. */
export function holding({ added }: BuildRecord["modules"], file: string): string[] {
  return added.map(({ name }) => name).filter((name) => name.endsWith(`/${file}`))
}

/** The folders of the packages that are bundled into this project's own modules, as the bundler finds them. */
export async function findLibraries(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map((file) => join(ROOT, "offline", file)),
    outdir: "modules",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    external: ["bun", "bun:*"],
    logLevel: "silent",
  })
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  const folders = inputs.flatMap(
    ([file, { bytesInOutput }]) =>
      (bytesInOutput > 0 && /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]) || [],
  )
  return [...new Set(folders)].sort()
}

async function ofInstalled(folder: string, where: string[], within: string): Promise<Found> {
  const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  const place = folder.slice(folder.lastIndexOf("node_modules/"))
  const { version, integrity, license } = lock.packages[place]
  const name = place.slice("node_modules/".length)
  const files = (await readdir(join(ROOT, place))).filter((file) =>
    /^(licen[cs]e|copying|notice)/i.test(file),
  )
  const texts = await Promise.all(files.sort().map((file) => readFile(join(ROOT, place, file), "utf8")))
  return { ...npmLibrary({ name, version, integrity, license: license ?? "", texts, where }), within }
}
