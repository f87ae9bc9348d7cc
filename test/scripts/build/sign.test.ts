import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Built } from "../../../scripts/build/assemble.ts"
import { sign } from "../../../scripts/build/sign.ts"
import { readModuleGraph, reconstruct, withoutSignature } from "../../../scripts/container/index.ts"
import { sampleBun, sampleExecutable } from "../../lib/sample-executable.ts"
import { signPe } from "../../lib/sample-pe.ts"

const layout = "pe-section"
const { file } = sampleExecutable({ layout })
const step = { update() {}, result() {} }

let folder: string
let built: Built
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sign-"))
  const executable = join(folder, "opencode.exe")
  await writeFile(executable, file)
  await writeFile(join(folder, "signed"), signPe(file))
  built = { staging: { folder, executable }, bytes: file.length, sha256: "", sha512: Promise.resolve("") }
})
afterEach(() => rm(folder, { recursive: true }))

describe("the command that signs", () => {
  test("changes the file in place, and what is recorded is the signed file", async () => {
    const signed = await sign(built, `cp ${folder}/signed "$FILE"`, step)
    const now = await readFile(built.staging.executable)
    expect(now.equals(signPe(file))).toBe(true)
    const sha256 = new Bun.CryptoHasher("sha256").update(now).digest("hex")
    expect(signed).toMatchObject({ bytes: now.length, sha256 })
    expect(await signed.sha512).toBe(new Bun.CryptoHasher("sha512").update(now).digest("hex"))
    expect(await reconstruct(readModuleGraph(now), sampleBun({ layout }))).toEqual({
      equal: true,
      apartFromSignature: true,
    })
    expect(Buffer.concat(withoutSignature(readModuleGraph(now))).equals(file)).toBe(true)
  })

  test.each([
    ["exit 3", "exit code 3"],
    ["kill -9 $$", "SIGKILL"],
    ["true", "has no signature"],
  ])("stops the build when it does not sign: %s", (command, why) => {
    expect(sign(built, command, step)).rejects.toThrow(why)
  })

  test.each(["echo SECRET; exit 3", "echo SECRET >&2; exit 3", "SECRET", "true SECRET"])(
    "is not repeated when it fails, nor what it printed, as a password may stand in it: %s",
    async (command) => {
      const error: Error = await sign(built, command, step).then(
        () => expect.unreachable(),
        (failure) => failure,
      )
      expect(error.message).toContain("was not signed")
      expect(`${error.message} ${Bun.inspect(error)}`).not.toContain("SECRET")
    },
  )

  test("stops the build when it leaves no executable that is known", () => {
    expect(sign(built, 'echo x >> "$FILE"', step)).rejects.toThrow("is not recognised")
  })
})
