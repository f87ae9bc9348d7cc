import type { Entry } from "../formats/entry.ts"
import { isElf, readElfNeeds } from "../lib/elf-needs.ts"
import { Failure } from "../lib/errors.ts"

/** A library that programs are linked with at their start, with the versions of symbols that they want of it. */
export interface Library {
  name: string
  versions: string[]
}

/** For which processor an ELF file is. */
const MACHINES = { x64: 62, arm64: 183 }

/**
 * Every library that programs of these want of the system, sorted; those for other processors are not run there.
 * @throws Failure when one of them cannot be read
 */
export function librariesOf(entries: Entry[], arch: keyof typeof MACHINES): Library[] {
  const found = new Map<string, Set<string>>()
  for (const entry of entries) {
    if (!("data" in entry) || !isElf(entry.data)) continue
    const { machine, libraries, versions } = readElfNeeds(entry.data, (field, value, expected) =>
      unreadable(entry.path, `${field} is ${value}, but must be ${expected}`),
    )
    if (machine !== MACHINES[arch]) continue
    for (const name of libraries) if (!found.has(name)) found.set(name, new Set())
    for (const { library, version } of versions) found.get(library)?.add(version)
  }
  return [...found]
    .map(([name, versions]) => ({ name, versions: [...versions].sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function unreadable(path: string, why: string): Failure {
  return new Failure({
    what: `It is not known which libraries ${path} needs`,
    why,
    next: "pin another version of its package in kit/package.json, as docs/kit.md says",
  })
}
