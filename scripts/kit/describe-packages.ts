import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { LockedPackage } from "./read-lock.ts"

/** A package of the kit: what it is, and on which terms it may be used. */
export interface DescribedPackage extends LockedPackage {
  /** An SPDX expression, as its package.json says; `UNKNOWN` when that says nothing. */
  licence: string
  /** Its own licence files, relative to its folder; the kit keeps them where they are. */
  licenceFiles: string[]
}

/** The programs of a package, by name: files relative to its folder. */
export type Programs = Record<string, string>

interface PackageJson {
  name: string
  license?: string | { type?: string }
  licenses?: { type?: string }[]
  bin?: string | Programs
}

/**
 * Reads the licences of packages that were unpacked.
 * @param folder the folder that their paths are relative to
 */
export async function describePackages(
  packages: LockedPackage[],
  folder: string,
): Promise<DescribedPackage[]> {
  return Promise.all(
    packages.map(async (locked) => {
      const files = await readdir(join(folder, locked.path))
      return {
        ...locked,
        licence: licence(await readPackage(join(folder, locked.path))),
        licenceFiles: files.filter((name) => /^(licen[sc]e|copying|notice)/i.test(name)).sort(),
      }
    }),
  )
}

/** The programs that an unpacked package says it has. */
export async function programsOf(folder: string): Promise<Programs> {
  const { name, bin = {} } = await readPackage(folder)
  return typeof bin === "string" ? { [name.replace(/^@[^/]+\//, "")]: bin } : bin
}

async function readPackage(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
}

function licence({ license, licenses }: PackageJson): string {
  const named = typeof license === "object" ? license.type : license
  return named ?? licenses?.map(({ type }) => type).join(" OR ") ?? "UNKNOWN"
}
