import type { SgNode } from "@ast-grep/napi"
import { Failure } from "../scripts/lib/errors.ts"
import {
  type Change,
  definePatch,
  firstParameter,
  functionNamed,
  hasFirstArgument,
  inside,
  part,
  replace,
} from "./lib.ts"

const program: Pick<Change, "what" | "change"> = {
  what: "the function that looks for a program",
  change: (place, offline) => {
    const found = inside(inside(place, { rule: { kind: "return_statement" } }), {
      rule: { kind: "ternary_expression" },
    })
    return [replace(found, `(${found.text()}) ?? ${offline}.kit.server(${firstParameter(place)})`)]
  },
}

const typescript: Change = {
  what: "a variable that holds what a search for TypeScript's server in the project found",
  find: {
    rule: {
      ...hasFirstArgument("resolve", "typescript/lib/tsserver.js").rule,
      inside: { kind: "variable_declarator" },
    },
  },
  change: (place, offline) => [
    replace(place, `${offline}.kit.module("typescript/lib/tsserver.js",${place.text()})`),
  ],
}

/** Where a language server would be downloaded, and upstream's own flag, which is set offline, says not to. */
const download: Omit<Change, "anchor"> = {
  what: "a place that downloads no language server",
  find: {
    rule: {
      kind: "if_statement",
      all: [
        { has: { field: "condition", regex: "\\b(OPENCODE_DISABLE_LSP_DOWNLOAD|disableLspDownload)\\)$" } },
        { has: { field: "consequence", regex: "^return;?$" } },
      ],
      // A function that servers share names none of them.
      inside: {
        kind: "object",
        has: { kind: "pair", has: { field: "key", regex: "^id$" } },
        stopBy: "end",
      },
    },
  },
  change: (place, offline) => {
    const server = place.ancestors().find((node) => node.kind() === "object" && idOf(node) !== undefined)
    if (!server) throw noServer(place)
    return [replace(part(place, "consequence"), `return ${offline}.kit.missing(${idOf(server)});`)]
  },
}

/** The text of an object's own property `id`, with its quotes. */
function idOf(object: SgNode): string | undefined {
  const pairs = object.children().filter((child) => child.kind() === "pair")
  return pairs
    .find((pair) => pair.field("key")?.text() === "id")
    ?.field("value")
    ?.text()
}

function noServer(place: SgNode): Failure {
  return new Failure({
    what: `No language server is declared around ${place.text().slice(0, 80)}`,
    why: "the patch was written for a method of an object with an id",
    next: "look at upstream's new code and mend the patch",
  })
}

export default definePatch({
  subject: "feat(lsp): look for language servers in the installed kit when offline",
  why: "Language servers and TypeScript itself are downloaded on first use. Where nothing can be, they come with the executable, in a folder beside its own, and one that is missing is named.",
  whyPatch:
    "OpenCode looks in PATH and in its cache, which each user has and an update empties; TypeScript it takes from the project alone.",
  kind: "offline-only",
  upstream: [16117],
  removeWhen:
    "offline and with an installed kit that is not in PATH, upstream gives the model the diagnostics of a Python and of a TypeScript file",
  range: "*",
  level: "required",
  edits: [
    {
      ...program,
      file: "src/util/which.ts",
      find: functionNamed("which"),
      places: { main: 1, worker: 1 },
    },
    { ...typescript, file: "src/lsp/server.ts", places: { main: 2, worker: 2 } },
    { ...download, file: "src/lsp/server.ts", places: { main: 22, worker: 22 } },
  ],
  effect: [
    { ...program, file: "../core/src/util/which.ts", find: functionNamed("which"), places: { git: 1 } },
    { ...typescript, file: "src/lsp/server.ts", places: { git: 2 } },
    { ...download, file: "src/lsp/server.ts", places: { git: 21 } },
  ],
  chunks: [
    {
      ...program,
      anchor: "nothrow:!0,path:",
      find: {
        rule: {
          kind: "function_declaration",
          has: { kind: "pair", regex: "^nothrow:!0$", stopBy: { kind: "function_declaration" } },
        },
      },
      places: 1,
    },
    { ...typescript, anchor: '"typescript/lib/tsserver.js"', places: 2 },
    { ...download, anchor: ".OPENCODE_DISABLE_LSP_DOWNLOAD)return;", places: { "<1.15.3": 21 } },
    { ...download, anchor: ".disableLspDownload)return;", places: { ">=1.15.3": 21 } },
  ],
})
