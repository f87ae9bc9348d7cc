import { formatBytes } from "../lib/log.ts"
import type { PackageFile } from "../lib/npm/read-packages.ts"
import type { BuildRecord } from "../record/build-record.ts"
import type { Bin, Program } from "./programs.ts"
import type { KitPackage } from "./read-lock.ts"

/** A package of the kit: what it is, how large, and on which terms it may be used. */
export interface DescribedPackage extends KitPackage {
  /** An SPDX expression, as its package.json says; `UNKNOWN` when that says nothing. */
  licence: string
  /** Its own licence files, relative to its folder, where the kit keeps them. */
  licenceFiles: string[]
  files: number
  bytes: number
}

/** `manifest.json`: what a kit holds. */
export interface Manifest {
  format: 1
  opencode: string
  target: string
  executable: { bytes: number; sha256: string }
  policy: BuildRecord["policy"]
  programs: Record<string, Program>
  packages: DescribedPackage[]
}

interface PackageJson {
  bin?: Bin
  license?: string | { type?: string }
  licenses?: { type?: string }[]
}

export function readPackageJson(files: PackageFile[]): PackageJson {
  const file = files.find(({ path }) => path === "package.json")
  return JSON.parse(new TextDecoder().decode(file?.data))
}

export function describePackage(locked: KitPackage, files: PackageFile[]): DescribedPackage {
  const { license, licenses } = readPackageJson(files)
  const named = typeof license === "object" ? license.type : license
  return {
    ...locked,
    licence: named ?? licenses?.map(({ type }) => type).join(" OR ") ?? "UNKNOWN",
    licenceFiles: files
      .map(({ path }) => path)
      .filter((path) => /^(licen[sc]e|copying|notice)[^/]*$/i.test(path))
      .sort(),
    files: files.length,
    bytes: files.reduce((sum, { data }) => sum + data.length, 0),
  }
}

/** A part of a kit, unpacked. */
export interface Part {
  name: string
  bytes: number
}

/** The executable, each package that has programs, with what lies inside of its folder, and what they share. */
export function parts({ executable, programs, packages }: Manifest): Part[] {
  const named = new Set(Object.values(programs).map((program) => program.package))
  const sizes = new Map<string, number>()
  for (const { path, bytes } of packages) {
    const top = path.slice("node_modules/".length).split("/node_modules/")[0]!
    const part = named.has(top) ? top : "what they share"
    sizes.set(part, (sizes.get(part) ?? 0) + bytes)
  }
  const list = [...sizes].map(([name, bytes]) => ({ name, bytes }))
  return [{ name: "opencode", bytes: executable.bytes }, ...list.sort((a, b) => b.bytes - a.bytes)]
}

/** A line a part, for people. */
export function table(list: Part[]): string {
  const width = Math.max(...list.map(({ name }) => name.length))
  return list
    .map(({ name, bytes }) => `  ${name.padEnd(width)}  ${formatBytes(bytes).padStart(8)}`)
    .join("\n")
}
