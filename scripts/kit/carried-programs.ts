import { createHash } from "node:crypto"
import { zstdDecompressSync } from "node:zlib"
import { readModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"

/**
 * The programs that are inside an executable and would be written to a disk to be run, as files.
 * @param executable its bytes
 * @throws Failure when one is not what the record says
 */
export function carriedPrograms(
  executable: Uint8Array,
  { assets }: Pick<BuildRecord, "assets">,
): { name: string; data: Uint8Array }[] {
  const programs = assets.filter(({ part }) => part === "ripgrep")
  if (programs.length === 0) return []
  const { modules } = readModuleGraph(Buffer.from(executable))
  return programs.map(({ name, module, sha256 }) => {
    const stored = modules.find((one) => one.name === module)?.contents
    const data = stored && zstdDecompressSync(stored)
    if (data && createHash("sha256").update(data).digest("hex") === sha256) return { name, data }
    throw new Failure({
      what: `${name} is not in the executable as its build.json says`,
      why: data ? "its sha256 is another one" : `there is no ${module}`,
      next: "npm run build",
    })
  })
}
