import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { privateFolder, temporaryFolder } from "../assets/folder.ts"
import { OfflineError } from "../error.ts"
import { bunObject } from "../guard/builtin.ts"
import { apply, indexOf, plain, random, slice, startsWith, toJson } from "../primordials.ts"
import { currentFolder } from "../process.ts"
import { withSlashes } from "../system.ts"
import { NOWHERE } from "./environment.ts"
import { CHILD_MODULE } from "./module.ts"

/** Bun's settings in a child: nothing is fetched because it is missing. */
const CONFIG = `[install]\nauto = "disable"\nregistry = "${NOWHERE}"\n`

/**
 * The files that a child which is Bun needs: it cannot see inside the executable. They lie in a folder below the temporary
 * one that only this user can write to, under names made of their contents.
 * @throws OfflineError when they cannot be put there; such a child must not be started
 */
export function childFiles(module: string): { preload: string; config: string } {
  try {
    // A path that is relative would be looked for in the child's own working directory, and as a package's name.
    const folder = resolve(currentFolder(), temporaryFolder(process.env))
    privateFolder(folder)
    const code = text(module)
    const own = (file: string) => `${HEAD}${NAME}")] = ${toJson(file)}\n${code}`
    const files = { preload: put(folder, "mjs", own), config: put(folder, "toml", () => CONFIG) }
    return { preload: withSlashes(files.preload), config: withSlashes(files.config) }
  } catch (error) {
    throw new OfflineError(`A child was not run: OpenCode is offline, and its guard has no place: ${error}`)
  }
}

/** How a file of this kind starts; its first line ends with its own path. */
const HEAD = `globalThis[Symbol.for("`
const NAME = Symbol.keyFor(CHILD_MODULE)

/** The module's text, without that line. */
function text(module: string): string {
  const all = readFileSync(module, "utf8")
  return startsWith(all, HEAD) ? slice(all, indexOf(all, "\n") + 1) : all
}

/** Always read back: a file under that name that holds anything else is replaced. */
function put(folder: string, kind: string, contents: (file: string) => string): string {
  const file = join(folder, `${digest(contents(""))}.${kind}`)
  const wanted = contents(file)
  if (read(file) === wanted) return file
  const beside = `${file}.${random()}`
  writeFileSync(beside, wanted, plain({ encoding: "utf8", mode: 0o600, flag: "wx" } as const))
  renameSync(beside, file)
  if (read(file) !== wanted) throw new Error(`${file} is not what was written there`)
  return file
}

const { CryptoHasher } = (bunObject() ?? {}) as Partial<typeof Bun>
const hash = CryptoHasher?.hash as undefined | ((...args: unknown[]) => string)

/** Short, and other for other contents. */
function digest(contents: string): string {
  return slice(apply(hash!, CryptoHasher, ["sha256", contents, "hex"]), 0, 16)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
