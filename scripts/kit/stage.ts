import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { BuildRecord } from "../lib/build-record.ts"
import { Failure } from "../lib/errors.ts"
import { type DescribedPackage, describePackages } from "./describe-packages.ts"
import { type KitFile, listFiles } from "./list-files.ts"
import type { LockedPackage } from "./read-lock.ts"
import { type Program, writeLaunchers } from "./write-launchers.ts"

/** What users get besides the programs. */
const OWN = join(import.meta.dirname, "../../kit/archive")

/** `manifest.json`: what a kit holds. */
export interface Manifest {
  format: 1
  opencode: string
  target: string
  executable: { bytes: number; sha256: string }
  policy?: BuildRecord["policy"]
  programs: Record<string, Program>
  packages: (DescribedPackage & { files: number; bytes: number })[]
}

/** Where the kit's own part goes, below the prefix; offline/kit.ts looks there. */
export const KIT = "files/lib/opencode-kit"

/**
 * Puts a release into the folder of a kit.
 * @throws Failure when it is not whole
 */
export async function stageRelease(release: string, record: BuildRecord, stage: string): Promise<void> {
  await mkdir(join(stage, KIT), { recursive: true })
  await mkdir(join(stage, "files/bin"))
  await cp(release, join(stage, KIT, "release"), {
    recursive: true,
    filter: (source) => source !== join(release, record.executable.file),
  })
  const executable = join(stage, "files/bin/opencode")
  await copyFile(join(release, record.executable.file), executable)
  const sum = new Bun.CryptoHasher("sha256").update(await readFile(executable)).digest("hex")
  if (sum === record.executable.sha256) return
  throw new Failure({
    what: `${join(release, record.executable.file)} is not what its build.json says`,
    why: `\n    build.json: ${record.executable.sha256}\n    found:      ${sum}`,
    next: "npm run build",
  })
}

/**
 * Adds launchers, scripts, the manifest and SHA256SUMS to a folder that holds the release and the packages already.
 * @returns the manifest, and every file of the kit
 */
export async function stageRest(
  record: BuildRecord,
  chosen: { direct: string[]; packages: LockedPackage[] },
  stage: string,
): Promise<{ manifest: Manifest; files: KitFile[] }> {
  const kit = join(stage, KIT)
  const programs = await writeLaunchers(chosen.direct, kit)
  const described = await describePackages(chosen.packages, kit)
  for (const name of ["README.md", "install.sh"]) await copyFile(join(OWN, name), join(stage, name))
  await copyFile(join(OWN, "uninstall.sh"), join(kit, "uninstall.sh"))
  const files = await listFiles(stage)
  const { opencode, target, executable, policy } = record
  const { bytes, sha256 } = executable
  const packages = withSizes(described, files)
  const manifest: Manifest = {
    format: 1,
    opencode,
    target,
    executable: { bytes, sha256 },
    policy,
    programs,
    packages,
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  for (const path of ["manifest.json", `${KIT}/manifest.json`]) files.push(await put(stage, path, text))
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const sums = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("")
  return { manifest, files: [...files, await put(stage, "SHA256SUMS", sums)] }
}

async function put(stage: string, path: string, text: string): Promise<KitFile> {
  await writeFile(join(stage, path), text, { mode: 0o644 })
  const sha256 = new Bun.CryptoHasher("sha256").update(text).digest("hex")
  return { path, bytes: Buffer.byteLength(text), sha256 }
}

/** The files of a package without those of packages inside of its folder. */
function withSizes(packages: DescribedPackage[], files: KitFile[]): Manifest["packages"] {
  const sizes = new Map(packages.map(({ path }) => [path, { files: 0, bytes: 0 }]))
  for (const { path, bytes } of files) {
    const owner = path.slice(KIT.length + 1).match(/^(.*node_modules\/(@[^/]+\/)?[^/]+)\//)?.[1]
    const size = sizes.get(owner ?? "")
    if (!size) continue
    size.files++
    size.bytes += bytes
  }
  return packages.map((described) => ({ ...described, ...sizes.get(described.path)! }))
}
