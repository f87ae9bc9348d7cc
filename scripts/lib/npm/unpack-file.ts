import { createHash } from "node:crypto"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { open } from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import type { Minipass } from "minipass"
import { Parser, type ReadEntry } from "tar"
import type { Digest } from "./digest.ts"

const SLICE = 64 * 1024

/**
 * Writes the file at `path` inside a package's tarball (the folder that wraps a package not counted) to
 * `destination`, flushed to disk. Resolves to what it is when the whole tarball was read, and to undefined
 * when it holds no such file. Writes no more than `limit` bytes. Never holds more than a few chunks in memory.
 */
export async function unpackFile(
  tarball: Minipass<Buffer>,
  file: { path: string; limit: number; destination: string; onProgress: (bytesRead: number) => void },
): Promise<Digest | undefined> {
  let written: Promise<Digest> | undefined
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({
      filter: (name, entry) =>
        !written && "type" in entry && entry.type === "File" && withoutWrapper(name) === file.path,
      onReadEntry: (entry) => {
        written = writeEntry(entry, file.destination, file.limit)
        // A failed write stops reading, and then the tarball never ends.
        written.catch(reject)
      },
    })
    // Its errors may come twice, and the second when nobody iterates over it any more.
    tarball.on("error", reject)
    parser.on("error", reject)
    parser.on("end", resolve)
    feed(tarball, parser, file.onProgress).catch(reject)
  })
  return written
}

/** npm's cache gives a tarball as one chunk, which would be decompressed at one go: 190 MB for these packages. */
async function feed(
  tarball: Minipass<Buffer>,
  parser: Parser,
  report: (bytes: number) => void,
): Promise<void> {
  let bytes = 0
  for await (const chunk of tarball) {
    bytes += chunk.length
    report(bytes)
    for (let start = 0; start < chunk.length; start += SLICE) {
      if (!parser.write(chunk.subarray(start, start + SLICE))) await once(parser, "drain")
    }
  }
  parser.end()
}

async function writeEntry(entry: ReadEntry, destination: string, limit: number): Promise<Digest> {
  const hash = createHash("sha512")
  let bytes = 0
  const digest = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      hash.update(chunk)
      // Not an error yet: should the whole tarball be another one, that is what is to be said.
      if (bytes <= limit) yield chunk
    }
  }
  await pipeline(entry as AsyncIterable<Buffer>, digest, createWriteStream(destination, { mode: 0o755 }))
  await using handle = await open(destination, "r+")
  await handle.sync()
  return { bytes, sha512: hash.digest("hex") }
}

function withoutWrapper(name: string): string {
  return name.slice(name.indexOf("/") + 1)
}
