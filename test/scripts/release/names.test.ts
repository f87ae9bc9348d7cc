import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requirePromised } from "../../../scripts/release/make-release.ts"
import { promisedFiles, releaseName } from "../../../scripts/release/names.ts"
import { sampleRecord } from "../../lib/subject.ts"

const input = (name: string, digit: string) => ({ name, bytes: 1, sha256: digit.repeat(64) })

describe("a release's name", () => {
  const name = (...inputs: ReturnType<typeof input>[]) => releaseName({ ...sampleRecord, inputs })

  test("is the version, what of ours goes in, the target, and the policy that is built in", () => {
    expect(releaseName(sampleRecord)).toMatch(/^1\.2\.3-[0-9a-f]{8}-linux-x64$/)
    const policy = { mode: "always" as const, locked: true, allow: [] }
    expect(releaseName({ ...sampleRecord, policy })).toMatch(
      /^1\.2\.3-[0-9a-f]{8}-linux-x64-always-[0-9a-f]{8}$/,
    )
  })

  test("is another with another patch or module of ours, and the same with another build tool", () => {
    const one = name(input("patches/a.ts", "1"), input("scripts/a.ts", "1"))
    expect(name(input("patches/a.ts", "1"), input("scripts/a.ts", "2"))).toBe(one)
    expect(name(input("patches/a.ts", "2"), input("scripts/a.ts", "1"))).not.toBe(one)
    expect(name(input("patches/a.ts", "1"), input("offline/a.ts", "1"))).not.toBe(one)
  })
})

describe("the promised files", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "promised-"))
    await writeFile(join(folder, "one"), "")
    await writeFile(join(folder, "two"), "")
  })
  afterAll(() => rm(folder, { recursive: true }))

  test("are those of every output, the kit where there is one, and signatures where there is a key", () => {
    const all = promisedFiles(sampleRecord, { signed: true, kit: true })
    for (const name of ["opencode", "brief.html", "patches/a-patch.diff", "SHA256SUMS.sig"])
      expect(all).toContain(name)
    expect(all).toContain("opencode-1.2.3-linux-x64-kit.tar.gz.sig")
    const few = promisedFiles({ ...sampleRecord, target: "linux-arm64" }, { signed: false, kit: true })
    expect(few.filter((name) => /kit|\.sig|dsse/.test(name))).toEqual([])
    expect(promisedFiles(sampleRecord, { signed: true, kit: false }).join()).not.toContain("kit")
  })

  test("are all there, and nothing else", async () => {
    expect(requirePromised(folder, ["one", "two"])).resolves.toBeUndefined()
    expect(requirePromised(folder, ["one", "two", "three"])).rejects.toThrow("missing: three")
    expect(requirePromised(folder, ["one"])).rejects.toThrow("not promised: two")
  })
})
