import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { generateKeyPairSync } from "node:crypto"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { findUnsigned } from "../../../scripts/emit/find-unsigned.ts"
import { run } from "../../../scripts/lib/process.ts"
import { pinName } from "../../../scripts/pins/pin.ts"
import { readBuildRecord } from "../../../scripts/record/build-record.ts"
import { promisedFiles, releaseName } from "../../../scripts/release/names.ts"
import { withoutWhat } from "../../../scripts/release/without.ts"
import { makeReport, makeResult } from "../../lib/audit-report.ts"
import { builtExecutable } from "../../lib/built.ts"
import { runsAll } from "../../lib/sampling.ts"
import { pin } from "../../lib/stock.ts"

// Of the real executable, without the kit, which takes a while.

const ROOT = join(import.meta.dirname, "../../..")
let folder: string
let publicKey: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "make-release-"))
  const keys = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  })
  publicKey = keys.publicKey
  await writeFile(join(folder, "key.pem"), keys.privateKey)
  const { executable } = await readBuildRecord(join(dirname(builtExecutable()), "build.json"))
  const report = makeReport([makeResult("offline", "one")], { allScenarios: true })
  const executables = report.executables.map((one) =>
    one.variant === "offline" ? { ...one, sha256: executable.sha256 } : one,
  )
  await writeFile(join(folder, "report.json"), JSON.stringify({ ...report, executables }))
})
afterAll(() => rm(folder, { recursive: true }))

async function release(out: string, ...more: string[]) {
  const words = [
    "scripts/commands/release.ts",
    "--pin",
    pinName(pin),
    "--no-kit",
    "--out",
    join(folder, out),
    ...more,
  ]
  const { exitCode, stdout, stderr } = await run(process.execPath, words, { cwd: ROOT, env: process.env })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

describe("npm run release", () => {
  test("makes the promised files and no other, signed, and the same bytes each time", async () => {
    const words = ["--key", join(folder, "key.pem"), "--audit", join(folder, "report.json")]
    const said = await release("one", ...words)
    const toldPipeline = await release("two", ...words, "--json")
    expect([said.exitCode, toldPipeline.exitCode]).toEqual([0, 0])
    const [name, ...others] = await readdir(join(folder, "one"))
    expect(others).toEqual([])
    const made = join(folder, "one", name!)
    const record = await readBuildRecord(join(made, "build.json"))
    expect(name).toBe(releaseName(record))
    const promised = promisedFiles(record, { signed: true, kit: false })
    expect(await findUnsigned(made, publicKey)).toEqual([])
    const executable = relative(ROOT, join(made, record.executable.file))
    expect(said.stdout).toContain(`Try it: ${executable} --offline`)
    expect(said.stdout + said.stderr).not.toContain(".making-")
    expect(JSON.parse(toldPipeline.stdout)).toEqual([
      {
        target: record.target,
        folder: join(folder, "two", name!),
        executable: { file: record.executable.file, sha256: record.executable.sha256 },
        files: promised,
        without: withoutWhat(record, { key: "/key", kit: false, imageBase: undefined }),
      },
    ])
    for (const file of promised) {
      const again = await readFile(join(folder, "two", name!, file))
      expect(Buffer.compare(await readFile(join(made, file)), again), file).toBe(0)
    }
    expect(await readFile(join(made, "brief.md"), "utf8")).toContain("Offline, 0 packets left this machine")
  })

  // Which report that is, is tested in measured.test.ts. It is read once the executable is made.
  if (runsAll)
    test("makes nothing with a report about another executable", async () => {
      const file = join(folder, "other.json")
      await writeFile(file, JSON.stringify(makeReport([makeResult("offline", "one")])))
      const { exitCode, stderr } = await release("three", "--audit", file)
      expect(exitCode).toBe(2)
      expect(stderr).toContain("says nothing of the executable that is released")
      expect(await readdir(join(folder, "three"))).toEqual([])
    })

  test("leaves nothing behind on a disk that is full, and says so", async () => {
    const full = join(folder, "full")
    const shell = 'mkdir "$0" && mount -t tmpfs -o size=8m none "$0" && "$@"; code=$?; ls -A "$0"; exit $code'
    const words = ["scripts/commands/release.ts", "--pin", pinName(pin), "--no-kit", "--out", full]
    const { exitCode, stdout, stderr } = await run(
      "unshare",
      ["-rm", "sh", "-c", shell, full, process.execPath, ...words],
      { cwd: ROOT, env: process.env },
    )
    expect(exitCode).toBe(2)
    expect(String(stdout)).toBe("")
    expect(String(stderr)).toMatch(/could not be written\n {2}why: {2}.*no space left on device/)
    expect(String(stderr)).not.toMatch(/^\s+at /m)
  })

  test("builds nothing with a key that cannot sign", async () => {
    const { exitCode, stderr } = await release("four", "--key", join(folder, "report.json"))
    expect(exitCode).toBe(2)
    expect(stderr).not.toContain("Read the pin")
    expect(stderr).toContain("cannot sign")
  })
})
