import { Lang, type NapiConfig, parse } from "@ast-grep/napi"
import { splice } from "../patching/apply.ts"
import type { Span } from "../patching/data-literal.ts"
import { replace } from "../patching/edits.ts"
import { excerptOf, requireObjects } from "../patching/excerpt.ts"
import { readLiteral } from "./literal.ts"
import { decodeModule } from "./module-text.ts"
import type { Modules } from "./shape.ts"

/** Bun's enumeration. */
const JAVASCRIPT = 1

/** What every catalogue has somewhere, so that the other modules need not be parsed. */
const CATALOGUE = /\{\s*id:\s*"[^"]+",\s*env:\s*\[/g

const field = (key: string) => ({ has: { kind: "pair", has: { field: "key", regex: `^${key}$` } } })

/** An object of providers: each has an id, the names of its variables, and its models. */
export const PROVIDERS: NapiConfig = {
  rule: {
    kind: "object",
    has: {
      kind: "pair",
      has: { field: "value", kind: "object", all: [field("id"), field("env"), field("models")] },
    },
  },
}

/** The model catalogues that stand in minified code, whatever else it is, each as JSON text. */
export function findCatalogues(graph: Modules): string[] {
  return codeOf(graph).flatMap((text) =>
    spansOf(text).map(({ start, end }) => JSON.stringify(readLiteral(text.slice(start, end)))),
  )
}

/** The texts of the modules that are code, each with what stands ahead of, between and behind its model catalogues. */
export function withoutCatalogues(graph: Modules): string[] {
  return codeOf(graph).map((text) =>
    splice(
      text,
      spansOf(text).map((span) => ({ ...span, text: "{}" })),
    ),
  )
}

/** Where the catalogues of a text are. */
function spansOf(text: string): Span[] {
  const spans: Span[] = []
  for (const { 0: word, index } of text.matchAll(CATALOGUE)) {
    if (spans.some(({ start, end }) => start <= index && index < end)) continue
    const excerpt = excerptOf(text, [word])
    const root = parse(Lang.JavaScript, excerpt.text).root()
    requireObjects(root, excerpt)
    spans.push(...root.findAll(PROVIDERS).map((found) => excerpt.inWhole(replace(found, ""))))
  }
  return spans
}

/** The texts of the modules that are code. Upstream has UTF-8 in modules that say that they are Latin-1. */
function codeOf({ modules }: Modules): string[] {
  return modules.filter(isCode).map((module) => Buffer.from(decodeModule(module), "latin1").toString("utf8"))
}

export function isCode({ loader }: { loader: number }): boolean {
  return loader === JAVASCRIPT
}
