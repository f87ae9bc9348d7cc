import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { basename, join, relative } from "node:path"
import { type Pin, pinFile, pinName } from "../pins/pin.ts"
import type { BuildRecord } from "./build-record.ts"

const ROOT = join(import.meta.dirname, "../..")

/** Bun finds nothing by a pattern with a slash in its braces, so each is one. */
const OWN = ["offline", "patches", "pins/highlights"]

/** The libraries whose version can change what a build gives. */
const TOOLS = ["@ast-grep/napi", "diff", "esbuild", "jsonc-parser", "pacote", "semver"]

/** Paths of an organisation's own files, and what it has put inside beside them. */
interface Given {
  models?: string
  modelsExtend?: string
  policy?: string
  with: string[]
}

/**
 * The files of this project, and of the organisation, that a build is made from.
 * @param given paths are recorded by their names only
 */
export async function digestFiles(pin: Pin, given: Given): Promise<BuildRecord["inputs"]> {
  const own = OWN.map((folder) => Array.fromAsync(new Bun.Glob(`${folder}/**`).scan({ cwd: ROOT })))
  const files = [
    ...(await Promise.all(own)).flat(),
    relative(ROOT, pinFile(pinName(pin))),
    ...(given.with.length > 0 ? ["pins/extra.json"] : []),
    "package-lock.json",
  ].sort()
  const inputs = files.map((name) => digestFile(name, join(ROOT, name)))
  const options = { models: given.models, "models-extend": given.modelsExtend, policy: given.policy }
  for (const [option, file] of Object.entries(options))
    if (file) inputs.push(digestFile(`--${option} ${basename(file)}`, file))
  return Promise.all(inputs)
}

/** The versions of what made the build, by name. */
export async function readToolVersions(): Promise<Record<string, string>> {
  const own = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"))
  const tools: Record<string, string> = { [own.name]: own.version, bun: Bun.version }
  for (const name of TOOLS) tools[name] = own.devDependencies[name]
  return tools
}

async function digestFile(name: string, path: string) {
  const bytes = await readFile(path)
  return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
}
