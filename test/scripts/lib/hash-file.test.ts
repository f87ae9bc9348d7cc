import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hashFile, hashGrowing } from "../../../scripts/lib/hash-file.ts"

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

test("A file is hashed while it grows, and one that was not written as far as was said has no hash", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hash-file-"))
  try {
    const [file, parts] = [
      join(folder, "growing"),
      [3, 1 << 20, 0, (2 << 20) + 7].map((n) => Buffer.alloc(n, "hijk")),
    ]
    const hashing = hashGrowing(file, "sha512")
    for (const [at, part] of parts.entries()) {
      await appendFile(file, part)
      // Of what follows, nothing is said until the end.
      if (at < 2) hashing.grown(Buffer.concat(parts.slice(0, at + 1)).length)
    }
    const whole = Buffer.concat(parts)
    const hash = createHash("sha512").update(whole).digest("hex")
    expect(await hashing.end()).toEqual({ bytes: whole.length, hash })

    const shorter = hashGrowing(file, "sha512")
    shorter.grown(whole.length + 1)
    await expect(shorter.end()).rejects.toThrow("has become shorter")
  } finally {
    await rm(folder, { recursive: true })
  }
})
