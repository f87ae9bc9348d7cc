import { createHash } from "node:crypto"
import { posix } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { readModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** Native libraries of upstream's, which Bun writes to a disk to load them. */
const LIBRARY = /\.(so|node)$/

/**
 * The programs and native libraries that are inside an executable and would be written to a disk to be run, as files.
 * @param executable its bytes
 * @throws Failure when a program is not what the record says
 */
export function carriedFiles(
  executable: Uint8Array,
  { assets }: Pick<BuildRecord, "assets">,
): { name: string; data: Uint8Array }[] {
  const { modules } = readModuleGraph(Buffer.from(executable))
  const libraries = modules
    .filter(({ name }) => LIBRARY.test(name))
    .map(({ name, contents }) => ({ name: posix.basename(name), data: contents }))
  const programs = assets.filter(({ part }) => part === "ripgrep")
  const files = programs.map(({ name, module, sha256 }) => {
    const stored = modules.find((one) => one.name === module)?.contents
    const data = stored && zstdDecompressSync(stored)
    if (data && createHash("sha256").update(data).digest("hex") === sha256) return { name, data }
    throw new Failure({
      what: `${name} is not in the executable as its build.json says`,
      why: data ? "its sha256 is another one" : `there is no ${module}`,
      next: "npm run build",
    })
  })
  return [...files, ...libraries]
}
