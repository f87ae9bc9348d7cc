import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { basename, join, relative } from "node:path"
import { packagesOf } from "../lib/npm/locked.ts"
import type { NamedPackage } from "../lib/npm/pinned.ts"
import { selectExtra } from "../pins/extra.ts"
import { type Pin, pinFile, pinName, pinnedTarget } from "../pins/pin.ts"
import { type BuildRecord, namePackage } from "./build-record.ts"
import { readRepository } from "./repository.ts"

const ROOT = join(import.meta.dirname, "../..")

/** All that decides what a build does, beside the pin. */
const FOLDERS = ["offline", "patches", "scripts", "pins/highlights", "vex"]
const FILES = [
  ...["build.ts", "package.json", "package-lock.json", "tsconfig.json", "LICENSE"],
  ...["pins/derived.json", "pins/licenses.json"],
]

/** The libraries that can change what a build gives. */
const TOOLS = [
  ...[
    "@ast-grep/napi",
    "@cyclonedx/cyclonedx-library",
    "diff",
    "esbuild",
    "jsonc-parser",
    "pacote",
    "semver",
  ],
  ...["spdx-expression-parse", "spdx-license-list"],
]

/** Paths of an organisation's own files, and what it has put inside beside them. */
interface Given {
  target: string
  models?: string
  modelsExtend?: string
  config?: string
  policy?: string
  with: string[]
}

/** Everything that a build is made from: of this project, of the organisation, and of npm. */
export async function readInputs(
  pin: Pin,
  given: Given,
): Promise<Pick<BuildRecord, "repository" | "inputs" | "npm" | "tools">> {
  const repository = await readRepository(ROOT)
  return {
    ...(repository && { repository }),
    inputs: await digestFiles(pin, given),
    npm: await listPackages(pin, given),
    tools: await readToolVersions(),
  }
}

/** @param given paths are recorded by their names only */
async function digestFiles(pin: Pin, given: Given): Promise<BuildRecord["inputs"]> {
  // One by one: a pattern with a slash in braces matches nothing.
  const own = FOLDERS.map((folder) => Array.fromAsync(new Bun.Glob(`${folder}/**`).scan({ cwd: ROOT })))
  const files = [
    ...(await Promise.all(own)).flat(),
    relative(ROOT, pinFile(pinName(pin))),
    ...(given.with.length > 0 ? ["pins/extra.json"] : []),
    ...FILES.filter((name) => existsSync(join(ROOT, name))),
  ].sort()
  const inputs = files.map((name) => digestFile(name, join(ROOT, name)))
  const { models, modelsExtend, config, policy } = given
  const options = { models, "models-extend": modelsExtend, config, policy }
  for (const [option, file] of Object.entries(options))
    if (file) inputs.push(digestFile(`--${option} ${basename(file)}`, file))
  return Promise.all(inputs)
}

/** The packages that something inside is from, each once, and the libraries that made it; by name and version. */
async function listPackages(pin: Pin, given: Given): Promise<BuildRecord["npm"]> {
  const { opencode, bun, ripgrep } = pinnedTarget(pin, given.target)
  const trees = [...(pin.plugin ? [pin.plugin] : []), ...(await selectExtra(given.with))]
  const all: NamedPackage[] = [
    ...[opencode, bun, ripgrep, ...(pin.webUi ? [pin.webUi] : [])],
    ...Object.values(pin.grammars).flat(),
    ...trees.flatMap(packagesOf),
    ...(await lockedTools()),
  ]
  const named = new Map(all.map((item) => [`${item.name}@${item.version}`, namePackage(item)]))
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

async function lockedTools(): Promise<NamedPackage[]> {
  const { packages } = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  return TOOLS.map((name) => {
    const { version, integrity } = packages[`node_modules/${name}`]
    return { name, version, integrity }
  })
}

/** The versions of what made the build, by name. */
async function readToolVersions(): Promise<Record<string, string>> {
  const own = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"))
  const tools: Record<string, string> = { [own.name]: own.version, bun: Bun.version }
  for (const name of TOOLS) tools[name] = own.devDependencies[name]
  return tools
}

async function digestFile(name: string, path: string) {
  const bytes = await readFile(path)
  return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
}
