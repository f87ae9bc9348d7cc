import { appended } from "./appended.ts"
import type { Container, Location } from "./container.ts"
import { elfSection } from "./elf-section.ts"
import { unrecognised } from "./failures.ts"
import { machoSection } from "./macho.ts"
import { peSection } from "./pe.ts"

/**
 * A file is of the first that knows it: Windows and macOS by how the file starts; of the others, which must be ELF, one
 * with a section `.bun` has nothing at its end.
 */
const CONTAINERS: Container[] = [peSection, machoSection, elfSection, appended]

/**
 * Finds the graph's payload.
 * @throws Failure when there is no graph, or it is not where the Bun inside would look for it
 */
export function locatePayload(file: Uint8Array): Location {
  for (const { locate } of CONTAINERS) {
    const location = locate(file)
    if (location) return location
  }
  throw unrecognised("the file", "of no known kind", "an executable made by bun build --compile")
}
