import { Lang, parse } from "@ast-grep/napi"
import { readLiteral } from "./literal.ts"
import { decodeModule, unknownCode } from "./module-text.ts"
import type { Modules, Shape } from "./shape.ts"

/** The module that lists the files of the page. */
const PAGE_INDEX = "/opencode-web-ui.gen.js"

/** Bun's enumeration. */
const JAVASCRIPT = 1

/** What every catalogue has somewhere, so that the other chunks need not be parsed. */
const CATALOGUE = /\{id:"[^"]+",env:\[/

const field = (key: string) => ({ has: { kind: "pair", has: { field: "key", regex: `^${key}$` } } })

/** An object of providers: each has an id, the names of its variables, and its models. */
const PROVIDERS = {
  rule: {
    kind: "object",
    has: {
      kind: "pair",
      has: { field: "value", kind: "object", all: [field("id"), field("env"), field("models")] },
    },
  },
}

/** The releases from 1.14 on: minified, and split into chunks whose names are hashes. */
export const minifiedChunks: Shape = {
  name: "minified chunks",
  isShapeOf: ({ modules }) => modules.some(({ name }) => name.endsWith(PAGE_INDEX)),
  trees: [],
  readTrees: () => [],
  printTrees: () => new Map(),
  readCatalogue(graph) {
    const found = codeOf(graph).flatMap((text) =>
      CATALOGUE.test(text) ? parse(Lang.JavaScript, text).root().findAll(PROVIDERS) : [],
    )
    if (found.length !== 1) throw unknownCode(`it has the model catalogue ${found.length} times, not once`)
    return JSON.stringify(readLiteral(found[0]!))
  },
  hasPage: true,
}

/** The texts of the modules that are code. Upstream has UTF-8 in modules that say that they are Latin-1. */
function codeOf({ modules }: Modules): string[] {
  return modules
    .filter(({ loader }) => loader === JAVASCRIPT)
    .map((module) => Buffer.from(decodeModule(module), "latin1").toString("utf8"))
}
