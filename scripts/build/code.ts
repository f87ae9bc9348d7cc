import type { LightGraph, ModuleGraph, Reconstruction } from "../container/index.ts"
import type { AppliedPatch } from "../patching/apply.ts"
import type { LeftOut } from "../patching/choose.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** A module that is added. Code is what the runtime evaluates; all else is read by code. */
export interface AddedModule {
  name: string
  kind: "code" | "asset"
  contents: Uint8Array
}

/** Upstream's code with what is ours, as one source gives it. What is carried inside is added to that of either source. */
export interface Code {
  /** What the executable would be without what is added. */
  graph: LightGraph
  /** The same before anything of ours was in it. */
  base: LightGraph
  /** Whether Bun's part of it is the pinned one. */
  runtime: Reconstruction
  /** Modules of upstream's that the series changed, in the order of the graph. */
  changed: string[]
  /** What goes in beside what is carried. */
  modules: AddedModule[]
  /** The names of the modules that are our own code, and the one that the page is in, if it is ours. */
  parts: { offline: string[]; webUi: string[] }
  applied: AppliedPatch[]
  /** Of each patch that was applied, its commit; on the git source only. */
  commits?: Record<string, string>
  /** Patches that are not in it, and why. */
  leftOut: LeftOut[]
  git?: BuildRecord["git"]
  /**
   * What stands in the record of the page.
   * @throws Failure when what this source alone can say of the finished executable does not hold
   */
  describe(graph: ModuleGraph): Pick<BuildRecord, "webUi">
}
