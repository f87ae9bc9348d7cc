export {
  compareModules,
  differsInContentsOnly,
  type GraphDifference,
  hasDerivedParts,
  type ModuleDigest,
} from "./difference.ts"
export { addModule, leaveRuntime, type NewModule, replaceModule } from "./edit.ts"
export { readModuleGraph } from "./read.ts"
export { compareRuntime, type RuntimeComparison, readBunVersion } from "./runtime.ts"
export type { EmbeddedModule, FileStart, LightGraph, ModuleGraph } from "./types.ts"
export { writeModuleGraph } from "./write.ts"
