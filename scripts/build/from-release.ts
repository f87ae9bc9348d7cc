import type { Embedded } from "../../offline/embedded.ts"
import { replaceModule } from "../container/index.ts"
import { embedOffline } from "../contents/offline-module.ts"
import { findUpstreamsPage } from "../contents/web-ui/upstreams-page.ts"
import { embedWebUi } from "../contents/web-ui.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes, type Progress, type Step } from "../lib/log.ts"
import { type NamedPatch, requireApplied } from "../patching/apply.ts"
import { chooseCore, chooseSeries, describeRefusal, requireForms } from "../patching/choose.ts"
import { readSeries } from "../patching/read-series.ts"
import { type Pin, pinName } from "../pins/pin.ts"
import { namePackage } from "../record/build-record.ts"
import { hasBackgroundServer } from "../upstream/background-server.ts"
import { readCliTable } from "../upstream/cli-table.ts"
import { type Shape, shapeOf } from "../upstream/shape.ts"
import type { Target } from "../upstream/target.ts"
import type { Inputs } from "./acquire-inputs.ts"
import type { AddedModule, Code } from "./code.ts"
import type { Contents } from "./contents.ts"
import type { Stock } from "./read-stock.ts"

/** What the release source is given. */
export interface ReleaseSource {
  pin: Pin
  target: Target
  inputs: Inputs
  stock: Stock
  contents: Pick<Contents, "models" | "names">
  coreOnly: boolean
  cache: string
}

/**
 * Upstream's own executable, patched in memory, with our modules beside it.
 * @throws Failure when a patch does not apply, or none can and that was not asked for
 */
export async function takeFromRelease(source: ReleaseSource, progress: Progress): Promise<Code> {
  const { stock, contents } = source
  const patched = await progress.step("Apply the series", (step) => patchStock(source, step))
  const own = await progress.step("Make our modules", (step) => makeModules(source, patched, step))
  let graph = stock.graph
  for (const [name, contents] of patched.bundles) graph = replaceModule(graph, name, contents)
  return {
    graph: { ...graph, argv: `--preload=${contents.names.start} ${graph.argv}`.trim() },
    base: stock.graph,
    runtime: stock.runtime,
    changed: stock.graph.modules.map(({ name }) => name).filter((name) => patched.bundles.has(name)),
    applied: patched.applied,
    leftOut: patched.leftOut,
    ...own,
  }
}

/** Applies the series in memory, so that nothing is written before all of it is known to apply. */
async function patchStock({ stock, pin, contents, coreOnly }: ReleaseSource, step: Step) {
  const series = await readSeries()
  const shape = shapeOf(stock.graph)
  if (!shape && !coreOnly) throw noShape(pin)
  const patched = coreOnly ? unpatched(series) : applyIn(shape!, { stock, pin, contents }, series)
  const places = patched.applied.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0)
  const { leftOut, applied } = patched
  step.result(
    `${applied.length} patches, ${places} places${leftOut.length > 0 ? `; ${leftOut.length} left out` : ""}`,
  )
  return patched
}

/** @throws Failure when a patch is required and does not apply */
function applyIn(
  shape: Shape,
  {
    stock: { graph },
    pin: { product, version },
    contents,
  }: Pick<ReleaseSource, "stock" | "pin" | "contents">,
  series: NamedPatch[],
) {
  const { chosen, leftOut } = chooseSeries(series, { version, form: shape.form })
  requireForms(series, leftOut, `${product} ${version}`)
  const { trees, applied, refused } = shape.applySeries(shape.readTrees(graph), chosen, version)
  const optional = requireApplied(refused, `${product} ${version}`)
  return {
    bundles: shape.printTrees(trees, graph, contents.names.index),
    applied,
    leftOut: [...leftOut, ...optional.map(describeRefusal)],
  }
}

function unpatched(series: NamedPatch[]) {
  return { bundles: new Map<string, Uint8Array>(), applied: [], leftOut: chooseCore(series).leftOut }
}

/** Takes upstream's catalogue out of its code, which must have it all the same when an organisation has another. */
const CATALOGUE_PATCH = "models-read-inside"

async function makeModules(
  { pin, target, inputs, stock, contents, coreOnly, cache }: ReleaseSource,
  { applied, leftOut }: Pick<Code, "applied" | "leftOut">,
  step: Step,
) {
  const { names } = contents
  const shape = shapeOf(stock.graph)
  const page = inputs.webUi && (await embedWebUi(inputs.webUi, pin.webUi!.executable.sha512, cache))
  const upstreams = !coreOnly && !page && shape?.hasPage ? await findUpstreamsPage(stock, cache) : undefined
  const embedded: Embedded = {
    source: "release",
    policy: true,
    kernel: target.os === "linux",
    // Code of another form may print something else.
    ...(shape && { version: pin.version }),
    cli: await readCliTable(stock, cache),
    ...(page && { webUi: names.webUi, webUiVersion: pin.webUi!.version }),
    ...(upstreams && { page: upstreams }),
    ...(hasBackgroundServer(stock.graph) && { backgroundServer: true }),
    ...(leftOut.length > 0 && { leftOut: leftOut.map(({ name }) => name) }),
  }
  const offline = await embedOffline(embedded, [], names)
  const code = Object.entries(offline).map(([name, text]): AddedModule => {
    return { name, kind: "code", contents: Buffer.from(text) }
  })
  const size = formatBytes(code.reduce((sum, { contents }) => sum + contents.length, 0))
  step.result(
    page
      ? `offline ${size}, web UI ${page.files} files, ${formatBytes(page.pack.length)}`
      : `offline ${size}`,
  )
  const catalogue = applied.some(({ name }) => name === CATALOGUE_PATCH) && contents.models?.upstreams
  const asset = (name: string, contents: Uint8Array): AddedModule => ({ name, kind: "asset", contents })
  return {
    modules: [
      ...code,
      ...(page ? [asset(names.webUi, page.pack)] : []),
      ...(catalogue ? [asset(names.upstreamsCatalogue, catalogue)] : []),
    ],
    parts: { offline: Object.keys(offline), webUi: page ? [names.webUi] : [] },
    describe: () => {
      if (page) return { webUi: { ...namePackage(pin.webUi!), files: page.files, bytes: page.pack.length } }
      return shape?.hasPage ? { webUi: { upstreams: true as const } } : {}
    },
  }
}

function noShape(pin: Pin): Failure {
  return new Failure({
    what: `No patch can be applied to the code of ${pin.product} ${pin.version}`,
    why: "it is in none of the forms that patches know",
    next: `build it with the guard and the switch alone: npm run build -- --pin ${pinName(pin)} --core-only`,
  })
}
