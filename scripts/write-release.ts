import { createHash } from "node:crypto"
import { mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { BuildRecord } from "./lib/build-record.ts"
import { Failure } from "./lib/errors.ts"
import type { AppliedPatch } from "./lib/series/apply.ts"

/** A folder beside the release's own, in which it is made; nothing of it is seen until it is whole. */
export interface Staging {
  folder: string
  executable: string
}

/**
 * Makes the folder in which a release is made.
 * @param out the release's folder; the staging folder lies beside it, so that the last step is a rename
 */
export async function openStaging(out: string): Promise<Staging> {
  const folder = `${out}.making-${process.pid}`
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, "patches"), { recursive: true })
  return { folder, executable: join(folder, "opencode") }
}

/**
 * Writes an executable, piece by piece, and hashes it on the way.
 * @returns its size in bytes and its sha256 in hex
 */
export async function writeExecutable(path: string, pieces: Uint8Array[]): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256")
  const file = await open(path, "wx", 0o755)
  let bytes = 0
  try {
    for (const piece of pieces) {
      hash.update(piece)
      await file.writeFile(piece)
      bytes += piece.length
    }
  } catch (error) {
    throw new Failure(
      { what: `${path} could not be written`, why: (error as Error).message, next: "free some space, or pass --out" },
      { cause: error },
    )
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest("hex") }
}

/**
 * Adds to the staged executable what a reviewer reads, then puts the whole folder in the place of the last release.
 * @throws Failure when a promised file is missing
 */
export async function writeRelease(
  staging: Staging,
  out: string,
  record: BuildRecord,
  applied: AppliedPatch[],
): Promise<void> {
  const files = new Map<string, string>()
  files.set("build.json", `${JSON.stringify(record, null, 2)}\n`)
  files.set("unchanged-modules.txt", record.modules.unchanged.map(({ sha256, name }) => `${sha256}  ${name}\n`).join(""))
  for (const patch of applied) files.set(`patches/${patch.name}.diff`, patch.diff)
  for (const [name, text] of files) await writeFile(join(staging.folder, name), text)
  await writeFile(join(staging.folder, "SHA256SUMS"), sums(record.executable.sha256, files))
  await requireFiles(staging.folder, ["opencode", "SHA256SUMS", ...files.keys()])
  await replaceFolder(staging.folder, out)
}

function sums(executable: string, files: Map<string, string>): string {
  const lines = [...files].map(([name, text]) => `${createHash("sha256").update(text).digest("hex")}  ${name}\n`)
  return [`${executable}  opencode\n`, ...lines].join("")
}

async function requireFiles(folder: string, promised: string[]): Promise<void> {
  const there = new Set(await readdir(folder, { recursive: true }))
  const missing = promised.filter((name) => !there.has(name))
  if (missing.length === 0) return
  throw new Failure({
    what: `The release lacks ${missing.join(", ")}`,
    why: "something removed it while the release was being made",
    next: "npm run build",
  })
}

/** A folder cannot be renamed over a full one: the old one steps aside first, and goes when the new one stands. */
async function replaceFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const old = `${to}.old-${process.pid}`
  await rename(to, old).catch((error) => {
    if (error.code !== "ENOENT") throw error
  })
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}
