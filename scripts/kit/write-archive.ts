import { createWriteStream } from "node:fs"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Header, Pack, ReadEntry } from "tar"
import { Failure } from "../lib/errors.ts"
import type { KitFile } from "./kit-file.ts"

/** Every file has this time, so that two kits from the same inputs are the same bytes. It is the one that npm uses. */
const MTIME = new Date("1985-10-26T08:15:00.000Z")

/**
 * Writes files as a compressed archive, sorted by path: beside `out`, then renamed.
 * @param top the folder that they are in, inside the archive
 * @returns the archive's size, and its sha256 in hex
 * @throws Failure when it cannot be written; what `out` was before stays
 */
export async function writeArchive(
  files: KitFile[],
  top: string,
  out: string,
): Promise<{ bytes: number; sha256: string }> {
  const beside = `${out}.making-${process.pid}`
  const hash = new Bun.CryptoHasher("sha256")
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  try {
    await mkdir(dirname(out), { recursive: true })
    const archive = pack(files, top) as unknown as AsyncIterable<Buffer>
    await pipeline(archive, measure, createWriteStream(beside, { flags: "wx" }))
    await using handle = await open(beside, "r+")
    await handle.sync()
    await rename(beside, out)
  } catch (error) {
    throw explainWriteFailure(error as NodeJS.ErrnoException, out)
  } finally {
    await rm(beside, { force: true })
  }
  return { bytes, sha256: hash.digest("hex") }
}

function pack(files: KitFile[], top: string): Pack {
  const archive = new Pack({ gzip: { level: 6 }, portable: true })
  for (const { path, executable, data } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const header = new Header({
      path: `${top}/${path}`,
      mode: executable ? 0o755 : 0o644,
      size: data.length,
      mtime: MTIME,
      type: "File",
    })
    const entry = new ReadEntry(header)
    archive.add(entry)
    entry.end(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  }
  archive.end()
  return archive
}

function explainWriteFailure(error: NodeJS.ErrnoException, out: string): Error {
  if (error.code === undefined) return error
  const report = {
    what: `${out} could not be written`,
    why: error.message,
    next: `make room (df -h ${dirname(out)}), or choose another place: npm run kit -- --out FILE`,
  }
  return new Failure(report, { cause: error })
}
