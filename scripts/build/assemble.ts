import { addModule, writeExecutable, writeModuleGraph } from "../container/index.ts"
import { hashGrowing } from "../lib/hash-file.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { AddedModule, Code } from "./code.ts"
import { type Contents, carriedModules } from "./contents.ts"
import { openStaging, type Staging } from "./write-release.ts"

/** The new executable, in a staging folder. */
export interface Built {
  staging: Staging
  bytes: number
  /** Hex. */
  sha256: string
  /** The same, of what is read back from disk: a thread hashes it while it is written, and on while it is checked. */
  sha512: Promise<string>
}

/** Bun's enumerations for what is added: how the bytes are to be read, and that they are for the program itself. */
const KINDS = {
  code: { encoding: 1, loader: 1, format: 1, side: 0 },
  asset: { encoding: 0, loader: 5, format: 0, side: 1 },
}

/** All that is added, in the order in which it stands in the executable. */
export function addedModules(code: Code, contents: Contents): AddedModule[] {
  return [...code.modules, ...carriedModules(contents)]
}

/** Puts everything into the module graph and writes it to a staging folder. Modules that are not named keep every byte. */
export async function assemble(
  code: Code,
  contents: Contents,
  { out, file }: { out: string; file: string },
  step: Step,
): Promise<Built> {
  const graph = addedModules(code, contents).reduce(
    (all, { kind, name, contents }) => addModule(all, { ...KINDS[kind], name, contents }),
    code.graph,
  )
  const staging = await openStaging(out, file)
  const reader = hashGrowing(staging.executable, "sha512")
  const written = await writeExecutable(staging.executable, writeModuleGraph(graph), reader.grown)
  step.result(formatBytes(written.bytes))
  return { staging, ...written, sha512: later(reader.end().then(({ hash }) => hash)) }
}

/** What it fails with is told to whoever waits for it, not to the process. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
