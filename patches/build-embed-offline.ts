import { after, before, definePatch, type Edit, inside } from "./lib.ts"

const FILE = "script/build.ts"

/** An array of the options of the one call of Bun.build. */
const option = (key: string) => ({
  rule: {
    kind: "array",
    inside: {
      kind: "pair",
      has: { field: "key", regex: `^${key}$` },
      inside: { kind: "call_expression", stopBy: "end" as const, has: { pattern: "Bun.build" } },
    },
  },
})

const elementOf = (array: Parameters<typeof inside>[0]) => inside(array, { rule: { nthChild: 1 } })

/** Of 1.3 and of the newest 1.x. */
const edits: Edit[] = [
  {
    file: FILE,
    what: "the import of the package's own package.json",
    find: {
      rule: { kind: "import_statement", has: { field: "source", regex: '^"\\.\\./package\\.json"$' } },
    },
    places: { git: 1 },
    change: (place) => [after(place, '\nimport { embedOffline } from "../src/offline/build/embed"')],
  },
  {
    file: FILE,
    what: "the statement that compiles",
    find: {
      rule: {
        any: [{ kind: "expression_statement" }, { kind: "lexical_declaration" }],
        has: { stopBy: "end", pattern: "Bun.build($OPTIONS)" },
      },
    },
    places: { git: 1 },
    change: (place) => [
      before(place, `const offline = await embedOffline()\n${" ".repeat(place.range().start.column)}`),
    ],
  },
  {
    file: FILE,
    what: "the files that are compiled",
    find: option("entrypoints"),
    places: { git: 1 },
    change: (place) => [after(elementOf(place), ", offline.entrypoint")],
  },
  {
    file: FILE,
    what: "the plugins of the compile",
    find: option("plugins"),
    places: { git: 1 },
    change: (place) => [before(elementOf(place), "offline.plugin, ")],
  },
  {
    file: FILE,
    what: "the arguments that are stored with the executable",
    find: option("execArgv"),
    places: { git: 1 },
    change: (place) => [before(elementOf(place), "offline.preload, ")],
  },
]

export default definePatch({
  subject: "feat(build): embed the web UI and the offline module",
  why: "The executable serves a web UI of its own, and the guard must run ahead of all other code in every thread, so both have to be in the executable as modules.",
  whyPatch: "What is compiled, and the arguments that are stored with it, are fixed in the build script.",
  kind: "build",
  upstream: [12445, 18233],
  removeWhen: "upstream's build script embeds packages/app, and takes a module to be run first",
  range: "*",
  level: "required",
  edits,
  effect: edits,
})
