import { createWriteStream } from "node:fs"
import { open, rename, rm, stat } from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import { create } from "tar"
import { type KitFile, sha256 } from "./list-files.ts"

/** Every file has this time, so that two kits from the same inputs are the same bytes. It is the one that npm uses. */
const MTIME = new Date("1985-10-26T08:15:00.000Z")

interface Contents {
  folder: string
  files: Pick<KitFile, "path">[]
  top: string
  out: string
}

interface Written {
  bytes: number
  sha256: string
}

/**
 * Writes files as a compressed archive: beside `out`, then renamed.
 * @param folder the folder that the files' paths are relative to
 * @param top the folder that they are in, inside the archive
 * @returns the archive's size, and its sha256 in hex
 */
export async function writeArchive({ folder, files, top, out }: Contents): Promise<Written> {
  const beside = `${out}.making-${process.pid}`
  const paths = files.map(({ path }) => path).sort()
  try {
    const archive = create(
      { cwd: folder, prefix: top, portable: true, mtime: MTIME, gzip: { level: 6 }, noDirRecurse: true },
      paths,
    )
    await pipeline(archive as unknown as AsyncIterable<Buffer>, createWriteStream(beside, { flags: "wx" }))
    await using handle = await open(beside, "r+")
    await handle.sync()
    await rename(beside, out)
  } finally {
    await rm(beside, { force: true })
  }
  return { bytes: (await stat(out)).size, sha256: await sha256(out) }
}
