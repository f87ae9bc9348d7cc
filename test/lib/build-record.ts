import { createHash } from "node:crypto"
import { compareModules, type ModuleGraph, writeModuleGraph } from "../../scripts/container/index.ts"
import type { BuildRecord } from "../../scripts/record/build-record.ts"
import { NO_SIZES } from "../../scripts/record/sizes.ts"
import { pin, target } from "./stock.ts"

/** The true record of an executable that a test made from another; its packages are samples unless they are given. */
export function makeBuildRecord(
  stock: ModuleGraph,
  built: ModuleGraph,
  packages: Partial<Record<"stock" | "runtime", { name: string; version: string; integrity: string }>> = {},
): BuildRecord {
  const { added, changed, unchanged } = compareModules(stock, built)
  const npm = ({ name, version, integrity }: { name: string; version: string; integrity: string }) => ({
    package: name,
    version,
    integrity,
  })
  const sample = { integrity: "sha512-sample" }
  return {
    format: 3,
    opencode: pin.version,
    product: pin.product,
    target: target.name,
    source: "release",
    executable: { file: "opencode", ...digest(built) },
    stock: {
      ...npm(packages.stock ?? { name: "opencode-sample", version: pin.version, ...sample }),
      ...digest(stock),
    },
    runtime: {
      ...npm(packages.runtime ?? { name: "@oven/bun-sample", version: pin.bun.version, ...sample }),
      bytes: stock.runtime.length,
      equal: true,
    },
    sizes: { ...NO_SIZES, runtime: stock.runtime.length },
    argv: { stock: stock.argv, built: built.argv },
    modules: { added, changed, unchanged },
    patches: [],
    leftOut: [],
    inputs: [],
    npm: [],
    tools: {},
    packages: [],
    webUi: { ...npm({ name: "opencode-sample", version: pin.version, ...sample }), files: 0, bytes: 0 },
    models: { from: "upstream", providers: 0, bytes: 0, sha256: "0".repeat(64) },
    assets: [],
  }
}

function digest(graph: ModuleGraph): { bytes: number; sha256: string } {
  const hash = createHash("sha256")
  let bytes = 0
  for (const piece of writeModuleGraph(graph)) {
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, sha256: hash.digest("hex") }
}
