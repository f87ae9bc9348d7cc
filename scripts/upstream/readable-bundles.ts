import { type EmbeddedModule, rootOf } from "../container/index.ts"
import { applySeries } from "../patching/apply.ts"
import { part } from "../patching/edits.ts"
import type { TreeName } from "../patching/patch.ts"
import { parseUnit } from "../patching/unit.ts"
import { readLiteral } from "./literal.ts"
import { decodeModule, encodeModule, importStatement, OFFLINE, unknownCode } from "./module-text.ts"
import type { Modules, Shape } from "./shape.ts"
import { joinBundle, splitBundle } from "./split-bundle.ts"

/** The modules of a release executable that hold OpenCode's code; both contain the server. */
export function bundlesIn(graph: Modules) {
  const root = rootOf(graph)
  return { main: `${root}/src/index.js`, worker: `${root}/src/cli/cmd/tui/worker.js` }
}

/** How the name of the worker ends that the TUI parses code in; in front of it stands OpenTUI's version. */
const PARSER = "/node_modules/@opentui/core/parser.worker.js"

const SNAPSHOT = "src/provider/models-snapshot.ts"

/** The releases up to 1.3: few bundles, not minified, in which a comment names each source file. */
export const readableBundles: Shape = {
  name: "readable bundles",
  isShapeOf: (graph) =>
    Object.values(bundlesIn(graph)).every((name) =>
      graph.modules.some((one) => one.name === name && isReadable(one)),
    ),
  form: "bundles",
  readTrees: (graph) =>
    Object.entries(bundleNames(graph)).map(([name, module]) => ({
      name: name as TreeName,
      units: splitBundle(module, decodeModule(findModule(graph, module))),
    })),
  applySeries: (trees, series) => applySeries(trees, series, OFFLINE),
  printTrees(trees, graph, offlineModule) {
    const names = bundleNames(graph)
    const statement = importStatement(offlineModule)
    return new Map(
      trees.map((tree) => {
        const name = names[tree.name as keyof typeof names]
        return [name, encodeModule(name, joinBundle(tree.units, statement))]
      }),
    )
  },
  readCatalogue(graph) {
    const { main } = bundlesIn(graph)
    const text = Buffer.from(findModule(graph, main).contents).toString("utf8")
    const units = splitBundle(main, text).filter((unit) => unit.file === SNAPSHOT)
    const found = units.flatMap((unit) =>
      parseUnit(unit).findAll({
        rule: { kind: "assignment_expression", has: { field: "left", regex: "^snapshot\\d*$" } },
      }),
    )
    if (found.length !== 1)
      throw unknownCode(`${SNAPSHOT} assigns the snapshot ${found.length} times, not once`)
    return JSON.stringify(readLiteral(part(found[0]!, "right").text()))
  },
  hasPage: false,
}

/** A bundle of Bun's has its comments unless it is minified. */
function isReadable({ contents }: EmbeddedModule): boolean {
  return Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength).includes("\n// src/")
}

/**
 * The names of the modules that patches apply to, by tree.
 * @throws Failure when there is no worker that parses code
 */
export function bundleNames(graph: Modules): Record<Exclude<TreeName, "git" | "chunks">, string> {
  const parser = graph.modules.find(({ name }) => name.endsWith(PARSER))
  if (!parser) throw unknownCode(`it has no module that ends in ${PARSER}`)
  return { ...bundlesIn(graph), parser: parser.name }
}

/** @throws Failure when there is no module of that name */
export function findModule(graph: Modules, name: string): EmbeddedModule {
  const module = graph.modules.find((candidate) => candidate.name === name)
  if (module) return module
  throw unknownCode(`it has no module ${name}`)
}
