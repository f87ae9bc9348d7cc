import { createWriteStream } from "node:fs"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Header, Pack, ReadEntry } from "tar"
import { ZipFile } from "yazl"
import { Failure } from "../lib/errors.ts"
import { findTarget } from "../upstream/target.ts"
import type { KitFile } from "./kit-file.ts"

/** Every file has this time, so that two kits from the same inputs are the same bytes. It is the one that npm uses. */
const MTIME = new Date("1985-10-26T08:15:00.000Z")
/** A zip has the time of a clock on a wall, without its zone. */
const LOCAL_MTIME = new Date(1985, 9, 26, 8, 15)

const FORMS = { "tar.gz": packTar, zip: packZip }

/** How an archive's name ends, and so what it is: what the system of a target unpacks by itself. */
export type Form = keyof typeof FORMS

/** The form of a target's archive. */
export function formOf(target: string): Form {
  return findTarget(target).os === "windows" ? "zip" : "tar.gz"
}

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
  form: Form,
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
    const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
    await pipeline(FORMS[form](sorted, top), measure, createWriteStream(beside, { flags: "wx" }))
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

function packTar(files: KitFile[], top: string): AsyncIterable<Buffer> {
  const archive = new Pack({ gzip: { level: 6 }, portable: true })
  for (const { path, executable, data } of files) {
    const header = new Header({
      path: `${top}/${path}`,
      mode: executable ? 0o755 : 0o644,
      size: data.length,
      mtime: MTIME,
      type: "File",
    })
    const entry = new ReadEntry(header)
    archive.add(entry)
    entry.end(bufferOf(data))
  }
  archive.end()
  return archive as unknown as AsyncIterable<Buffer>
}

function packZip(files: KitFile[], top: string): AsyncIterable<Buffer> {
  requireNames(files)
  const archive = new ZipFile()
  for (const { path, executable, data } of files)
    archive.addBuffer(bufferOf(data), `${top}/${path}`, {
      mode: executable ? 0o100755 : 0o100644,
      mtime: LOCAL_MTIME,
      forceDosTimestamp: true,
    })
  archive.end()
  return archive.outputStream as unknown as AsyncIterable<Buffer>
}

/** @throws Failure for a file that Windows cannot have, or not beside another one of the same archive */
function requireNames(files: KitFile[]): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    const name = path.toLowerCase()
    const isFine = path.split("/").every((part) => !RESERVED.test(part) && !/[. ]$/.test(part))
    if (!isFine || seen.has(name))
      throw new Failure({
        what: `${path} cannot be in a kit for Windows`,
        why: isFine ? "another file differs in its case alone" : "Windows takes it for another name",
        next: "leave its package out, or pin another version of it, as docs/kit.md says",
      })
    seen.add(name)
  }
}

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
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
