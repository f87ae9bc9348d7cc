import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { Parser, type ReadEntry } from "tar"

/**
 * The files of a tar archive, compressed or not, by path.
 * @param take which of them, and as what
 * @throws Error when it is none, or cut short
 */
export async function readTar<T = Uint8Array>(
  file: string,
  take: (entry: ReadEntry, data: Uint8Array) => T = (_, data) => data as T,
): Promise<Map<string, T>> {
  const files = new Map<string, T>()
  const parser = new Parser({ strict: true })
  let isWhole = false
  parser.on("eof", () => {
    isWhole = true
  })
  parser.on("entry", (entry: ReadEntry) => {
    const chunks: Buffer[] = []
    entry.on("data", (chunk: Buffer) => chunks.push(chunk))
    entry.on("end", () => {
      if (entry.type === "File" || entry.type === "OldFile")
        files.set(entry.path.replace(/^\.\//, ""), take(entry, Buffer.concat(chunks)))
    })
  })
  await pipeline(createReadStream(file), parser as unknown as NodeJS.WritableStream)
  if (!isWhole) throw new Error("it is cut short")
  return files
}
