import { afterAll, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { kitFile } from "../../../scripts/kit/kit-file.ts"
import { run } from "../../../scripts/lib/process.ts"
import { deb } from "../../../scripts/makers/deb.ts"
import { rpm } from "../../../scripts/makers/rpm.ts"
import { TARGETS } from "../../../scripts/upstream/target.ts"
import { debianPackages, RPM_PACKAGES } from "../../lib/debian.ts"
import { sampleRecord, sampleSubject } from "../../lib/subject.ts"

// For every processor, of a small kit, as Debian's own readers see them. Whole ones are installed in test/isolated, for this
// machine's processor.

const RPM = await debianPackages(...RPM_PACKAGES)
const readable = Bun.which("dpkg-deb") && typeof RPM === "string"
if (!readable) console.error(`not run: no dpkg-deb, or no rpm: ${JSON.stringify(RPM)}`)

const folder = await mkdtemp(join(tmpdir(), "packages-"))
afterAll(() => rm(folder, { recursive: true }))

/** A program of this machine that is small, with another processor in its header: what it needs does not change with that. */
const own = await readFile(Bun.which("true")!)
const program = (machine: number) => {
  const bytes = Buffer.from(own)
  bytes.writeUInt16LE(machine, 18)
  return bytes
}

const CASES = [
  { arch: "x64", machine: 62, debian: "amd64", redHat: "x86_64" },
  { arch: "arm64", machine: 183, debian: "arm64", redHat: "aarch64" },
] as const

const sourceFor = ({ arch, machine }: (typeof CASES)[number]) => {
  const target = TARGETS.find((one) => one.os === "linux" && one.arch === arch && one.libc === "glibc")!
  const { materials } = sampleSubject()
  const of = (name: string, data: string) => kitFile(`files/lib/opencode-kit/${name}`, data)
  return {
    record: { ...sampleRecord, target: target.name },
    release: folder,
    kit: [
      kitFile("files/bin/opencode", program(machine), true),
      of("licenses.txt", "the terms"),
      of("NOTICE", "who made it"),
      of("materials.json", JSON.stringify(materials)),
    ],
    seconds: 1,
    imageBase: undefined,
  }
}

async function read(program: string, words: string[], root = ""): Promise<string> {
  const libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((name) => join(root, name))
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    ...(root && { LD_LIBRARY_PATH: libraries.join(":"), RPM_CONFIGDIR: join(root, "usr/lib/rpm") }),
  }
  const { exitCode, stdout, stderr } = await run(program, words, { env })
  if (exitCode !== 0) throw new Error(`${program}: ${stderr}`)
  return String(stdout)
}

test.skipIf(!readable).each(CASES)(
  "packages for $arch name its processor and what their program needs",
  async (one) => {
    const source = sourceFor(one)
    for (const maker of [deb, rpm]) {
      const made = Buffer.concat(await maker.make(source))
      expect(Buffer.concat(await maker.make(source)).equals(made)).toBe(true)
      await writeFile(join(folder, maker.file(source.record)), made)
    }
    const debian = join(folder, deb.file(source.record))
    expect(debian).toEndWith(`_${one.debian}.deb`)
    expect((await read("dpkg-deb", ["--field", debian, "Architecture"])).trim()).toBe(one.debian)
    expect(await read("dpkg-deb", ["--field", debian, "Depends"])).toMatch(/^libc6 \(>= 2\.\d+\)/)
    expect(await read("dpkg-deb", ["--contents", debian])).toContain("./usr/bin/opencode")

    const redHat = join(folder, rpm.file(source.record))
    expect(redHat).toEndWith(`.${one.redHat}.rpm`)
    const asked = [
      "--dbpath",
      folder,
      "--query",
      "--package",
      "--queryformat",
      "%{ARCH}\\n[%{REQUIRES}\\n]",
      redHat,
    ]
    const [arch, ...requires] = (await read(join(RPM as string, "usr/bin/rpm"), asked, RPM as string)).split(
      "\n",
    )
    expect(arch).toBe(one.redHat)
    expect(requires.join("\n")).toMatch(/^libc\.so\.6\(GLIBC_2\.\d+\)\(64bit\)$/m)
  },
)
