import { embeddedRoot, type ModuleNames, moduleNames } from "../../offline/modules.ts"
import { type ModuleGraph, rootOf } from "../container/index.ts"

/** The names of our modules in an executable for Linux or macOS. */
export const NAMES = moduleNames(embeddedRoot("linux"))

/** The names of our modules in an executable, which lie where its own do. */
export function namesIn(graph: Pick<ModuleGraph, "modules">): ModuleNames {
  return moduleNames(rootOf(graph))
}
