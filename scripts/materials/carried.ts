import { readFile } from "node:fs/promises"
import { brotliDecompressSync } from "node:zlib"
import { LICENCES, type PackageBundle } from "../contents/packages/bundle-packages.ts"
import { Failure } from "../lib/errors.ts"
import { cachedPath } from "../lib/npm/cache.ts"
import { type Pin, pinnedTarget } from "../pins/pin.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Known } from "./known.ts"
import { type Found, npmLibrary, npmUrl } from "./material.ts"
import { ofPart } from "./upstream.ts"

/** The program that searches files, and what is linked into it. */
export function ofRipgrep(pin: Pin, { target, assets }: BuildRecord, { holders, contents }: Known): Found[] {
  const { ripgrep } = pinnedTarget(pin, target)
  const purl = npmUrl(ripgrep.name, ripgrep.version)
  const asset = assets.find(({ part }) => part === "ripgrep")
  if (!asset) return []
  const { module, bytes, sha256 } = asset
  return [
    {
      ...holders["ripgrep-package"],
      purl,
      kind: "program",
      name: ripgrep.name,
      version: ripgrep.version,
      integrity: ripgrep.integrity,
      file: { bytes, sha256 },
      texts: [],
      where: [module],
      complete: false,
      note: "The Rust libraries that are linked into ripgrep are not listed by who publishes it.",
    },
    ...contents["ripgrep-package"].map((part) => ofPart(part, purl, ripgrep.version, module)),
  ]
}

/**
 * The packages that grammars and queries are from.
 * @param cache the build's, in which their licence files are
 */
export async function ofGrammars(
  { grammars }: Pin,
  { assets }: BuildRecord,
  cache: string,
): Promise<Found[]> {
  const found = Object.entries(grammars).flatMap(([language, list]) => {
    const where = assets
      .filter(({ name }) => name.startsWith(`grammar-${language}.`))
      .map(({ module }) => module)
    return list.map(async ({ name, version, integrity, license, licenseFile }): Promise<Found> => {
      const file = cachedPath(cache, { name, version, integrity, executable: licenseFile })
      return npmLibrary({ name, version, integrity, license, texts: [await readFile(file, "utf8")], where })
    })
  })
  return Promise.all(found)
}

/** The packages that plugins import, with all that code was taken from. */
export function ofPackages(
  { packages }: BuildRecord,
  modules: { name: string; bytes: Uint8Array }[],
  { holders }: Known,
): Found[] {
  return packages.flatMap(({ module, contains }) => {
    const texts = licencesIn(modules.find(({ name }) => name === module)!.bytes)
    return contains.map(({ package: name, version, integrity, license }): Found => {
      const text = texts.get(`${name}@${version}: ${license}`)
      if (text === undefined) throw noSection(module, name)
      return {
        ...npmLibrary({
          name,
          version,
          integrity,
          license,
          texts: text === "" ? [] : [text],
          where: [module],
        }),
        ...(name.startsWith("@opencode-ai/") && {
          copyright: holders.opencode.copyright,
          supplier: holders.opencode.supplier,
        }),
      }
    })
  })
}

/** The texts that a bundle has, by the line that stands above each. */
function licencesIn(bytes: Uint8Array): Map<string, string> {
  const { texts }: PackageBundle = JSON.parse(brotliDecompressSync(bytes).toString())
  const sections = texts[LICENCES]!.trim().split("\n\n----\n\n")
  return new Map(
    sections.map((section) => {
      const [title = "", ...rest] = section.split("\n\n")
      return [title, rest.join("\n\n").trim()]
    }),
  )
}

function noSection(module: string, name: string): Failure {
  return new Failure({
    what: `The licences in ${module} do not name ${name}`,
    why: "a licence text may have a line of four dashes, by which they are told apart",
    next: "this is a defect of the build: report it with the name of the package",
  })
}
