import type { KeyObject } from "node:crypto"
import { brief } from "../emit/brief.ts"
import { toJson } from "../emit/output.ts"
import { OUTPUTS, printOutputs } from "../emit/outputs.ts"
import { foundIn, readSubject } from "../emit/read-subject.ts"
import { signFiles } from "../emit/sign.ts"
import type { PackageFile } from "../lib/npm/read-packages.ts"
import { gather } from "../materials/gather.ts"
import { type Found, npmLibrary } from "../materials/material.ts"
import { identifiersOf } from "../materials/standard-texts.ts"
import { type KitFile, kitFile } from "./kit-file.ts"
import type { DescribedPackage } from "./manifest.ts"

/** What of an archive is installed, and where the kit lies in it. */
const INSTALLED = "files/"
const KIT = "files/lib/opencode-kit"

/** The brief is the release's, which lies in the kit: what was measured, and who signs it, is printed there. */
const KIT_OUTPUTS = OUTPUTS.filter((output) => output !== brief)

/**
 * What is printed of a kit, as of a release: licences, bills of materials and the rest, and the list by which the
 * installed files are compared.
 * @param kit the release's folder, the packages with their files, and all files of the archive so far
 * @throws Failure when a package has no licence
 */
export async function outputFiles(
  kit: { release: string; packages: DescribedPackage[]; read: PackageFile[][]; files: KitFile[] },
  key: KeyObject | undefined,
): Promise<KitFile[]> {
  const subject = await readSubject(kit.release)
  const materials = gather(subject.materials, [
    ...foundIn(subject.materials),
    ...kit.packages.map((described, at) => ofPackage(described, kit.read[at]!)),
  ])
  const files = installed(kit.files)
  // What a package has stands for its files, of which there are twenty thousand.
  const own = files.filter(({ path }) => !path.includes("/node_modules/"))
  const printed = await printOutputs(KIT_OUTPUTS, { ...subject, kind: "kit", materials, files: own })
  printed.set("materials.json", toJson(materials))
  const made = [...printed].map(([name, text]) => kitFile(`${KIT}/${name}`, text))
  printed.set("SHA256SUMS", sumsOf([...files, ...installed(made)]))
  const signatures = key ? signFiles(printed, key) : new Map<string, string>()
  const list = kitFile(`${KIT}/SHA256SUMS`, printed.get("SHA256SUMS")!)
  return [...made, list, ...[...signatures].map(([name, text]) => kitFile(`${KIT}/${name}`, text))]
}

function installed(files: KitFile[]): { path: string; sha256: string }[] {
  return files
    .filter(({ path }) => path.startsWith(INSTALLED))
    .map(({ path, sha256 }) => ({ path: path.slice(INSTALLED.length), sha256 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function sumsOf(files: { path: string; sha256: string }[]): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`)
  return lines.sort().join("")
}

function ofPackage(described: DescribedPackage, files: PackageFile[]): Found {
  const { name, version, integrity, path, licence, licenceFiles } = described
  const texts = files
    .filter((file) => licenceFiles.includes(file.path))
    .map(({ data }) => new TextDecoder().decode(data))
  return {
    ...npmLibrary({
      ...{ name, version, integrity, texts },
      license: expressionOf(described, texts),
      where: [`lib/opencode-kit/${path}`],
    }),
    ...(identifiersOf(licence) ? {} : { note: `Its package.json says of its licence: ${licence}` }),
  }
}

/**
 * What is no expression, such as "see the file", gets a name of its own where the package has the text: of this version, as
 * another may have other terms.
 */
export function expressionOf(
  { name, version, licence }: Pick<DescribedPackage, "name" | "version" | "licence">,
  texts: string[],
): string {
  if (identifiersOf(licence)) return licence
  if (texts.length === 0) return ""
  return `LicenseRef-${`${name}-${version}`.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^-/, "")}`
}
