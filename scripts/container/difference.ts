import { createHash } from "node:crypto"
import { sameBytes } from "./bytes.ts"
import { PARTS } from "./layout.ts"
import type { EmbeddedModule, ModuleGraph } from "./types.ts"

/** A module by its contents. */
export interface ModuleDigest {
  name: string
  bytes: number
  /** Of the contents, 64 hex digits. */
  sha256: string
}

/** How the modules of one graph differ from another's, each list in the order of its graph. */
export interface GraphDifference {
  added: ModuleDigest[]
  /** Contents, or anything else that is stored about the module. */
  changed: (ModuleDigest & { stockSha256: string })[]
  unchanged: ModuleDigest[]
  removed: string[]
}

type Modules = Pick<ModuleGraph, "modules">

/**
 * Compares the modules of two graphs by name. A module is unchanged when its contents and all else that is stored
 * about it (bytecode, source map, kinds …) are byte for byte the same.
 */
export function compareModules(stock: Modules, built: Modules): GraphDifference {
  const before = new Map(stock.modules.map((module) => [module.name, module]))
  const after = new Set(built.modules.map((module) => module.name))
  const difference: GraphDifference = { added: [], changed: [], unchanged: [], removed: [] }
  for (const module of built.modules) {
    const old = before.get(module.name)
    if (!old) difference.added.push(digest(module))
    else if (sameModule(old, module)) difference.unchanged.push(digest(module))
    else difference.changed.push({ ...digest(module), stockSha256: digest(old).sha256 })
  }
  difference.removed = [...before.keys()].filter((name) => !after.has(name))
  return difference
}

/** Whether a changed module differs in its contents alone, and what was derived from the old ones is gone. */
export function differsInContentsOnly(stock: EmbeddedModule, built: EmbeddedModule): boolean {
  return sameKinds(stock, built) && !hasDerivedParts(built)
}

/** Whether a module carries what is made from its contents and would be used in their place. */
export function hasDerivedParts({ bytecode, moduleInfo, bytecodePath, sourceMap }: EmbeddedModule): boolean {
  return [bytecode, moduleInfo, bytecodePath, sourceMap].some((part) => part.length > 0)
}

function sameModule(a: EmbeddedModule, b: EmbeddedModule): boolean {
  return sameKinds(a, b) && PARTS.every(({ part }) => part === "name" || sameBytes(a[part], b[part]))
}

function sameKinds(a: EmbeddedModule, b: EmbeddedModule): boolean {
  return a.encoding === b.encoding && a.loader === b.loader && a.format === b.format && a.side === b.side
}

function digest({ name, contents }: EmbeddedModule): ModuleDigest {
  return { name, bytes: contents.length, sha256: createHash("sha256").update(contents).digest("hex") }
}
