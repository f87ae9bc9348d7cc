import type { BuildRecord } from "../record/build-record.ts"
import { describeRuntime } from "../record/runtime.ts"
import type { Known, KnownPart } from "./known.ts"
import { type Found, genericUrl, npmUrl } from "./material.ts"
import { holding } from "./own.ts"

/** Upstream's executable, the page of another release of it, and the catalogue. */
export function ofUpstream({ stock, webUi, models, modules }: BuildRecord, { holders }: Known): Found[] {
  const purl = npmUrl(stock.package, stock.version)
  const { integrity, bytes, sha256 } = stock
  const from = { ...holders.opencode, texts: [], complete: false, version: stock.version }
  const page = webUi && "package" in webUi ? webUi : undefined
  return [
    {
      ...from,
      purl,
      kind: "application",
      name: stock.package,
      integrity,
      file: { bytes, sha256 },
      where: ["every module that was not added"],
      note: "OpenCode as upstream publishes it, with Bun. Upstream does not say which packages it bundles.",
    },
    ...(page
      ? [
          {
            ...from,
            purl: npmUrl(page.package, page.version),
            kind: "application" as const,
            name: page.package,
            version: page.version,
            integrity: page.integrity,
            where: holding(modules, "offline-web-ui.pack"),
            note: "Of it, the web page alone.",
          },
        ]
      : []),
    ...(models && models.from !== "organisation"
      ? [
          {
            ...holders["models.dev"],
            purl: genericUrl("models.dev", stock.version),
            kind: "data" as const,
            name: "models.dev",
            version: stock.version,
            texts: [],
            within: purl,
            where: holding(modules, "offline-models.json"),
            complete: true,
            note: "The catalogue of models, as upstream's executable of that version has it.",
          },
        ]
      : []),
  ]
}

/** Bun, and what is linked into it. */
export function ofRuntime(record: Pick<BuildRecord, "runtime">, { holders, contents }: Known): Found[] {
  const { runtime } = record
  const purl = npmUrl(runtime.package, runtime.version)
  return [
    {
      ...holders.bun,
      purl,
      kind: "runtime",
      name: runtime.package,
      version: runtime.version,
      integrity: runtime.integrity,
      texts: [],
      where: ["the executable, around its modules"],
      complete: false,
      note: `It is ${describeRuntime(record)}. What it links is listed as Bun lists it, without versions.`,
    },
    ...contents.bun.map((part) => ofPart(part, purl, runtime.version, "the executable, around its modules")),
  ]
}

/** What is linked into a program. */
export function ofPart(part: KnownPart, within: string, version: string, where: string): Found {
  const { of, ...rest } = part
  const isKnown = of === version
  return {
    ...rest,
    version: isKnown ? part.version : undefined,
    purl: genericUrl(part.name, isKnown ? part.version : undefined),
    kind: "library",
    texts: [],
    within,
    where: [where],
    complete: true,
    ...(part.copyright === undefined &&
      part.url && { note: `Its copyright holders are named at ${part.url}` }),
  }
}
