import {
  after,
  atStart,
  declareFlag,
  definePullRequest,
  documentFlag,
  effectFunction,
  type FileEdit,
  functionNamed,
  generatorPiped,
  importName,
  OPENCODE,
  parameterNames,
} from "./lib.ts"

const NAME = "OPENCODE_DISABLE_INSTALL"
const FLAG = `Flag.${NAME}`

const bun = `${OPENCODE}/src/bun/index.ts`
const config = `${OPENCODE}/src/config/config.ts`
const npm = "packages/core/src/npm.ts"

const rows = [documentFlag(NAME, "boolean", "Disable installing npm packages; use those on disk")]

const namespaces: FileEdit[] = [
  declareFlag("namespaces", NAME, "boolean"),
  {
    file: bun,
    what: "the folder of a package, in the function install",
    find: {
      rule: {
        kind: "lexical_declaration",
        has: {
          kind: "variable_declarator",
          all: [
            { has: { field: "name", regex: "^mod$" } },
            { has: { field: "value", regex: 'Global\\.Path\\.cache, "node_modules", pkg\\)$' } },
          ],
        },
        inside: { stopBy: "end", ...functionNamed("install").rule },
      },
    },
    places: 1,
    change: (place) => {
      const install = place.ancestors().find((node) => node.kind() === "function_declaration")!
      const [pkg, version] = parameterNames(install)
      const indent = " ".repeat(place.range().start.column)
      const lines = [
        `if (${FLAG}) {`,
        "  if (await Filesystem.exists(mod)) return mod",
        `  throw new Error(\`\${${pkg}}@\${${version}} is not installed, and ${NAME} is set\`)`,
        "}",
      ]
      return [after(place, lines.map((line) => `\n${indent}${line}`).join(""))]
    },
  },
  importName(bun, "Filesystem", "../util/filesystem"),
  importName(bun, "Flag", "@/flag/flag"),
  {
    file: config,
    what: "the function needsInstall of a configuration folder",
    find: functionNamed("needsInstall"),
    places: 1,
    change: (place) => [atStart(place, `if (${FLAG}) return false`)],
  },
  importName(config, "Flag", "@/flag/flag"),
]

const effect: FileEdit[] = [
  declareFlag("effect", NAME, "boolean"),
  {
    file: npm,
    what: "the generator of the Effect Npm.reify, which asks the registry",
    anchor: '"Npm.reify"',
    find: generatorPiped("Npm.reify"),
    places: 1,
    change: (place) => [
      atStart(
        place,
        `if (${FLAG})\n  return yield* new InstallFailedError({ ...input, cause: new Error("it is not installed, and ${NAME} is set") })`,
      ),
    ],
  },
  {
    file: npm,
    what: "the Effect Npm.install of a configuration folder",
    anchor: '"Npm.install"',
    find: effectFunction("Npm.install"),
    places: 1,
    change: (place) => [atStart(place, `if (${FLAG}) return`)],
  },
  {
    file: npm,
    what: "the Effect that compares a tag with the registry",
    find: effectFunction("Npm.isDistTagOutdated"),
    places: [0, 1],
    change: (place) => [atStart(place, `if (${FLAG}) return false`)],
  },
  importName(npm, "Flag", "./flag/flag"),
]

export default definePullRequest({
  subject: "feat(plugin): add a flag that disables npm installs",
  why: "Plugins, provider packages and the dependencies of each configuration folder are installed from the npm registry at start. Where the registry is not reachable every start waits for its retries, which take more than a minute. With OPENCODE_DISABLE_INSTALL, what is on disk is used as it is, nothing is asked of the registry, and a package that is missing fails at once with an error that names it and the flag.",
  closes: [37888],
  related: [44684, 41934, 48147],
  instead: ["packages-no-install"],
  in2x: "Yes: `packages/core/src/npm.ts` is the same file there; git plugins come by another way, which this leaves",
  forms: {
    namespaces: [
      {
        edits: namespaces,
        rows,
        files: { [`${OPENCODE}/test/plugin/install-flag.test.ts`]: "install-flag.namespaces.test.ts" },
      },
    ],
    effect: [
      {
        edits: effect,
        rows,
        files: { "packages/core/test/install-flag.test.ts": "install-flag.effect.test.ts" },
      },
    ],
  },
})
