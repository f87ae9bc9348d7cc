/** What a material is, for those who read a bill of materials. */
export type MaterialKind =
  | "application"
  | "runtime"
  | "library"
  | "program"
  | "font"
  | "data"
  | "patch"
  | "source"

/** Who publishes a material, as the place of its source calls them. */
export interface Supplier {
  name: string
  url: string
}

/** One thing that goes into what is handed over. */
export interface Material {
  /** Its package URL; no two of a list have the same. */
  purl: string
  kind: MaterialKind
  name: string
  /** Missing where whoever made it says none. */
  version?: string
  /** An SPDX expression, or {@link NO_ASSERTION} for what an organisation gave. */
  license: string
  /** The lines that name who has it, as its own texts or whoever put it in say: none is made up. */
  copyright?: string
  /** Who publishes it, where `pins/licenses.json` says so. */
  supplier?: Supplier
  /** The sha256 of each of its licence texts: keys of {@link Materials.texts}. */
  texts: string[]
  /** Of the package that it is from, as npm writes it. */
  integrity?: string
  /** The one file that is used from it. */
  file?: { bytes: number; sha256: string }
  /** Where its source is. */
  url?: string
  /** The package URL of what it is a part of. */
  within?: string
  /** Modules of the executable, or files below the kit's prefix, that hold it. */
  where: string[]
  /** Whether all that it is made of is in the list. */
  complete: boolean
  note?: string
}

/** The one list that every output is printed from: `materials.json`. */
export interface Materials {
  format: 1
  /** The time of this project's commit, or of SOURCE_DATE_EPOCH: not when it was made. */
  created: string
  /** What build.json does not say of the executable. */
  executable: { sha512: string }
  /** By package URL. */
  list: Material[]
  /** Licence texts by their sha256, each once. */
  texts: Record<string, string>
}

/** A material as whoever put it in says it: with the texts themselves. */
export type Found = Omit<Material, "texts"> & { texts: string[] }

/** What SPDX calls it when nothing is said. */
export const NO_ASSERTION = "NOASSERTION"

/** The package URL of a package of npm's. */
export function npmUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`
}

/** A library that is a package of npm's, as it is there. */
export function npmLibrary(
  of: Pick<Found, "name" | "license" | "texts" | "where"> & Required<Pick<Found, "version" | "integrity">>,
): Found {
  return { purl: npmUrl(of.name, of.version), kind: "library", ...of, complete: true }
}

/** The package URL of what is in no package registry; what stands ahead of a slash in the name is its namespace. */
export function genericUrl(name: string, version?: string): string {
  const encoded = name.split("/").map(encode).join("/")
  return `pkg:generic/${encoded}${version ? `@${encode(version)}` : ""}`
}

/** Package URLs have no other signs than these, and a colon, as they are. */
function encode(text: string): string {
  const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, escaped)
    .replaceAll("%3A", ":")
}
