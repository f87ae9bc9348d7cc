import {
  after,
  type Change,
  definePatch,
  firstParameter,
  functionNamed,
  hasFirstArgument,
  inside,
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
  change: (place, offline) => [after(place, ` ?? ${offline}.kit.module("typescript/lib/tsserver.js")`)],
}

export default definePatch({
  subject: "feat(lsp): look for language servers in the installed kit when offline",
  why: "Language servers and TypeScript itself are downloaded on first use. Where nothing can be, they come with the executable, in a folder beside its own.",
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
  ],
})
