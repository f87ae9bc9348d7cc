import { readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { privateFolder, temporaryFolder } from "../assets/folder.ts"
import { OfflineError } from "../error.ts"
import { builtin } from "../guard/builtin.ts"
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
  const folder = temporaryFolder(process.env)
  try {
    privateFolder(folder)
    const name = Symbol.keyFor(CHILD_MODULE)
    const own = (file: string) =>
      `globalThis[Symbol.for("${name}")] = ${JSON.stringify(file)}\n${text(module)}`
    const files = { preload: put(folder, "mjs", own), config: put(folder, "toml", () => CONFIG) }
    return { preload: withSlashes(files.preload), config: withSlashes(files.config) }
  } catch (error) {
    throw new OfflineError(`A child was not run: OpenCode is offline, and its guard has no place: ${error}`)
  }
}

/** The module's text, without the line that a file of this kind starts with. */
function text(module: string): string {
  return readFileSync(module, "utf8").replace(/^globalThis\[Symbol\.for\(.*\n/, "")
}

/** Always read back: a file under that name that holds anything else is replaced. */
function put(folder: string, kind: string, contents: (file: string) => string): string {
  const { createHash } = builtin<typeof import("node:crypto")>("node:crypto")
  const file = path.join(
    folder,
    `${createHash("sha256").update(contents("")).digest("hex").slice(0, 16)}.${kind}`,
  )
  const wanted = contents(file)
  if (read(file) === wanted) return file
  const beside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  writeFileSync(beside, wanted, { mode: 0o600, flag: "wx" })
  renameSync(beside, file)
  return file
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
