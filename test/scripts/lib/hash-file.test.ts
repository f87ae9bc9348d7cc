import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hashFile } from "../../../scripts/lib/hash-file.ts"

test("A file is hashed in a thread to its last byte, and one that cannot be read is told with its code", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hash-file-"))
  try {
    for (const bytes of [0, 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 5]) {
      const contents = Buffer.alloc(bytes, "abcdefg")
      const file = join(folder, `${bytes}`)
      await writeFile(file, contents)
      for (const algorithm of ["sha256", "sha512"] as const) {
        const hash = createHash(algorithm).update(contents).digest("hex")
        expect(await hashFile(file, algorithm)).toEqual({ bytes, hash })
      }
    }
    await expect(hashFile(join(folder, "missing"), "sha512")).rejects.toMatchObject({ code: "ENOENT" })
    await expect(hashFile(folder, "sha512")).rejects.toMatchObject({ code: "EISDIR" })
  } finally {
    await rm(folder, { recursive: true })
  }
})
