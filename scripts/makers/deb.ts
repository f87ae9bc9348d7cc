import { createHash } from "node:crypto"
import { writeAr } from "../formats/ar.ts"
import { bytesOf, type Entry, inOrder } from "../formats/entry.ts"
import { gzip } from "../formats/gzip.ts"
import { writeTar } from "../formats/tar.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { findTarget } from "../upstream/target.ts"
import {
  architectureOf,
  CONFLICTS,
  DESCRIPTION,
  hasPackages,
  PACKAGE,
  SUMMARY,
  versionOf,
} from "./identity.ts"
import type { Maker } from "./maker.ts"
import { type Library, librariesOf } from "./needs.ts"
import { DOCUMENTATION, entryAt, KIT, MANAGED, packageTree } from "./tree.ts"

/** A package for Debian and what is made from it: deb(5), deb-control(5). It runs no script when it is installed. */
export const deb: Maker = {
  name: "deb",
  about: "machines with dpkg: everything of a kit, at fixed places",
  fits: hasPackages,
  file: (record) => `${PACKAGE}_${fullVersion(record)}_${architectureOf(record).deb}.deb`,
  async make({ record, kit, seconds }) {
    const entries = inOrder(withCopyright(packageTree(kit!)))
    const archive = async (list: Entry[]) => (await gzip(writeTar(list, seconds, "./"))).bytes
    return writeAr(
      [
        { name: "debian-binary", data: Buffer.from("2.0\n") },
        { name: "control.tar.gz", data: await archive(controlFiles(record, entries)) },
        { name: "data.tar.gz", data: await archive(entries) },
      ],
      seconds,
    )
  },
}

function fullVersion(record: BuildRecord): string {
  const { version, release } = versionOf(record)
  return `${version}-${release}`
}

/** Debian wants the terms as a file, by this name. */
function withCopyright(entries: Entry[]): Entry[] {
  const terms = entryAt(`${KIT}/licenses.txt`, entries)
  return [...entries, { path: `${DOCUMENTATION}/copyright`, mode: 0o644, data: bytesOf(terms) }]
}

function controlFiles(record: BuildRecord, entries: Entry[]): Entry[] {
  const files = entries.filter((entry) => "data" in entry)
  const sums = files.map((entry) => `${md5(bytesOf(entry))}  ${entry.path}\n`)
  const all = { conffiles: `/${MANAGED.path}\n`, control: control(record, entries), md5sums: sums.join("") }
  return Object.entries(all).map(([path, text]) => ({ path, mode: 0o644, data: Buffer.from(text) }))
}

/** The name that dpkg --verify reads them by has the algorithm in it. It finds damage, and no attacker. */
function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex")
}

function control(record: BuildRecord, entries: Entry[]): string {
  const kilobytes = entries.reduce((sum, entry) => sum + Math.ceil(bytesOf(entry).length / 1024), 0)
  const fields = {
    Package: PACKAGE,
    Version: fullVersion(record),
    Architecture: architectureOf(record).deb,
    Maintainer: `${PACKAGE} <root@localhost>`,
    "Installed-Size": `${kilobytes}`,
    Depends: dependsOn(librariesOf(entries, findTarget(record.target).arch)).join(", "),
    Conflicts: CONFLICTS,
    Section: "devel",
    Priority: "optional",
    Description: [SUMMARY, ...DESCRIPTION].join("\n "),
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("")
}

/** The packages that libraries are in, by the starts of their names. */
const PACKAGES: [package_: string, libraries: RegExp][] = [
  ["libc6", /^(ld-linux-[\w-]+|lib(c|m|dl|pthread|rt|util|resolv))\.so\.\d$/],
  ["libgcc-s1 | libgcc1", /^libgcc_s\.so\.1$/],
  ["libstdc++6", /^libstdc\+\+\.so\.6$/],
]

/** With which version of GCC each version of the C++ library came: its manual, "ABI Policy and Guidelines". */
const GLIBCXX: Record<string, string> = {
  ...{ "3.4.21": "5.1", "3.4.22": "6.1", "3.4.23": "7.1", "3.4.24": "7.2", "3.4.25": "8.1", "3.4.26": "9.1" },
  ...{
    "3.4.27": "9.2",
    "3.4.28": "9.3",
    "3.4.29": "11.1",
    "3.4.30": "12.1",
    "3.4.31": "13.1",
    "3.4.32": "13.2",
  },
}

/**
 * Debian's packages for libraries; of the C library, since which version.
 * @throws Failure for a library that it is not known of which package it is from
 */
export function dependsOn(libraries: Library[]): string[] {
  const found = new Map<string, string[]>()
  for (const { name, versions } of libraries) {
    const [package_] = PACKAGES.find(([, pattern]) => pattern.test(name)) ?? []
    if (package_ === undefined) throw ofNoPackage(name)
    found.set(package_, [...(found.get(package_) ?? []), ...versions])
  }
  return [...found].sort().map(([package_, versions]) => {
    const newest = newestOf(versions)
    return newest ? `${package_} (>= ${newest})` : package_
  })
}

/**
 * The version of a package that has all these versions of symbols; libgcc's are as old as any system that is looked after.
 * @throws Failure for one such as GLIBC_PRIVATE, which no version of the package promises
 */
function newestOf(versions: string[]): string | undefined {
  const c = newestNumber(versions, "GLIBC_")
  if (c) return c
  const cxx = newestNumber(versions, "GLIBCXX_")
  if (cxx === undefined) return undefined
  const oldest = Object.keys(GLIBCXX)[0]!
  const known = GLIBCXX[inNumbers(cxx, oldest) < 0 ? oldest : cxx]
  if (known) return known
  throw ofNoPackage(`GLIBCXX_${cxx}`)
}

function newestNumber(versions: string[], prefix: string): string | undefined {
  const own = versions.filter((version) => version.startsWith(prefix))
  const numbers = own.map((version) => version.slice(prefix.length))
  const wrong = numbers.find((number) => !/^\d+(\.\d+)+$/.test(number))
  if (wrong) throw ofNoPackage(`${prefix}${wrong}`)
  return numbers.sort(inNumbers).at(-1)
}

function inNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true })
}

function ofNoPackage(name: string): Failure {
  return new Failure({
    what: "It is not known what a package for Debian depends on",
    why: `a program in it needs ${name}, and it is not known which package has it`,
    next: "npm run release -- --no-kit makes none; or add it to scripts/makers/deb.ts",
  })
}
