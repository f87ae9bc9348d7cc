import { bytesOf, type Entry, inOrder } from "../formats/entry.ts"
import { writeRpm } from "../formats/rpm.ts"
import { termsIn } from "../materials/terms.ts"
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

/** A package for systems with rpm. It runs no script when it is installed. */
export const rpm: Maker = {
  name: "rpm",
  about: "machines with rpm: everything of a kit, at fixed places",
  fits: hasPackages,
  file(record) {
    const { version, release } = versionOf(record)
    return `${PACKAGE}-${version}-${release}.${architectureOf(record).rpm}.rpm`
  },
  make({ record, kit, seconds }) {
    const entries = withLicences(packageTree(kit!))
    return writeRpm({
      name: PACKAGE,
      ...versionOf(record),
      arch: architectureOf(record).rpm,
      summary: SUMMARY,
      description: DESCRIPTION.join("\n"),
      license: termsIn(bytesOf(entryAt(`${KIT}/materials.json`, entries))),
      requires: ["/bin/sh", ...requirements(librariesOf(entries, findTarget(record.target).arch))],
      conflicts: [CONFLICTS],
      seconds,
      entries: inOrder(entries).filter(isOwn),
      configuration: [MANAGED.path],
      documentation: entries.map(({ path }) => path).filter((path) => path.startsWith(`${DOCUMENTATION}/`)),
      licences: LICENCES.map((name) => `${TERMS}/${name}`),
    })
  },
}

const TERMS = `usr/share/licenses/${PACKAGE}`
const LICENCES = ["licenses.txt", "NOTICE"]

/** As files: what links lead to is not known to be a licence. */
function withLicences(entries: Entry[]): Entry[] {
  const read = (name: string) => bytesOf(entryAt(`${KIT}/${name}`, entries))
  return [
    ...entries,
    ...LICENCES.map((name) => ({ path: `${TERMS}/${name}`, mode: 0o644, data: read(name) })),
  ]
}

/** Not the folders of the system's own, such as /usr/bin, which belong to another package. */
function isOwn(entry: Entry): boolean {
  return !("isFolder" in entry) || /(^|\/)opencode/.test(entry.path)
}

/** As rpm's own scripts name what a library provides. */
export function requirements(libraries: Library[]): string[] {
  return libraries.flatMap(({ name, versions }) =>
    ["", ...versions].map((version) => `${name}(${version})(64bit)`),
  )
}
