export { putInto, type Reconstruction, readBunVersion, reconstruct, withoutSignature } from "./bun.ts"
export type { Layout, Signature } from "./container.ts"
export {
  compareModules,
  differsInContentsOnly,
  type GraphDifference,
  hasDerivedParts,
  type ModuleDigest,
} from "./difference.ts"
export { addModule, leaveRuntime, type NewModule, replaceModule } from "./edit.ts"
export { type FileRange, type Piece, readPieces } from "./pieces.ts"
export { readModuleGraph } from "./read.ts"
export { rootOf } from "./root.ts"
export { type Executable, takeApart } from "./take-apart.ts"
export type { EmbeddedModule, LightGraph, ModuleGraph } from "./types.ts"
export { writeModuleGraph } from "./write.ts"
export { writeExecutable } from "./write-executable.ts"
