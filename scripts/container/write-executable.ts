import { createHash } from "node:crypto"
import { open } from "node:fs/promises"
import { Failure } from "../lib/errors.ts"
import { type Piece, readPieces } from "./pieces.ts"

/**
 * Writes an executable, piece by piece, and hashes it on the way.
 * @returns its size in bytes and its sha256 in hex
 */
export async function writeExecutable(
  path: string,
  pieces: Piece[],
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256")
  const file = await open(path, "wx", 0o755)
  let bytes = 0
  try {
    for await (const chunk of readPieces(pieces)) {
      hash.update(chunk)
      await file.writeFile(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    throw new Failure(
      {
        what: `${path} could not be written`,
        why: (error as Error).message,
        next: "free some space, or pass --out",
      },
      { cause: error },
    )
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest("hex") }
}
