import { createHash } from "node:crypto"

/*
 * A reader of macOS's code signatures of its own, so that what the build writes is not judged by what wrote it. It reads
 * what the kernel does before it runs a program: the load command, the code directories, and a hash for each page.
 */

export interface CheckedSignature {
  identifiers: string[]
  /** Of the first code directory. */
  flags: number
  /** Whether it holds a CMS blob: somebody's certificate. */
  certificate: boolean
  pages: number
  /** Pages whose hash is not the file's. */
  wrong: number[]
}

/** Checks every page hash of a 64-bit Mach-O file. @throws Error when there is no signature, or it does not end the file */
export function checkCodeSignature(file: Buffer): CheckedSignature {
  const { offset, size } = findSignature(file)
  if (offset + size !== file.length) throw new Error("the signature does not end the file")
  const blob = file.subarray(offset, offset + size)
  if (blob.readUInt32BE(0) !== 0xfade0cc0) throw new Error("no super blob")
  if (blob.readUInt32BE(4) > size) throw new Error("the super blob is longer than its place")
  const blobs = Array.from({ length: blob.readUInt32BE(8) }, (_, index) =>
    blob.subarray(blob.readUInt32BE(16 + 8 * index)),
  )
  const directories = blobs.filter((part) => part.readUInt32BE(0) === 0xfade0c02)
  if (directories.length === 0) throw new Error("no code directory")
  const checked = directories.map((directory) => checkDirectory(directory, file, offset))
  return {
    identifiers: checked.map(({ identifier }) => identifier),
    flags: directories[0]!.readUInt32BE(12),
    certificate: blobs.some((part) => part.readUInt32BE(0) === 0xfade0b01),
    pages: checked[0]!.pages,
    wrong: checked.flatMap(({ wrong }) => wrong),
  }
}

function findSignature(file: Buffer): { offset: number; size: number } {
  let at = 32
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    if (file.readUInt32LE(at) === 0x1d)
      return { offset: file.readUInt32LE(at + 8), size: file.readUInt32LE(at + 12) }
    at += file.readUInt32LE(at + 4)
  }
  throw new Error("no signature")
}

function checkDirectory(directory: Buffer, file: Buffer, signatureAt: number) {
  const [hashes, identifierAt] = [directory.readUInt32BE(16), directory.readUInt32BE(20)]
  const [pages, limit] = [directory.readUInt32BE(28), directory.readUInt32BE(32)]
  const [hashBytes, hashType, pageBits] = [directory[36]!, directory[37]!, directory[39]!]
  const algorithm = { 1: "sha1", 2: "sha256" }[hashType]
  if (!algorithm) throw new Error(`hash type ${hashType}`)
  if (limit !== signatureAt) throw new Error(`it signs ${limit} bytes of ${signatureAt}`)
  const page = 2 ** pageBits
  if (pages !== Math.ceil(limit / page)) throw new Error(`${pages} hashes`)
  const wrong = Array.from({ length: pages }, (_, index) => index).filter((index) => {
    const bytes = file.subarray(index * page, Math.min((index + 1) * page, limit))
    const at = hashes + index * hashBytes
    return !createHash(algorithm)
      .update(bytes)
      .digest()
      .equals(directory.subarray(at, at + hashBytes))
  })
  const identifier = directory.toString("latin1", identifierAt, directory.indexOf(0, identifierAt))
  return { identifier, pages, wrong }
}
