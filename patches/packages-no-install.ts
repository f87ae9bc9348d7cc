import type { SgNode } from "@ast-grep/napi"
import {
  atStart,
  type Change,
  captured,
  definePatch,
  effectFunction,
  enclosing,
  firstParameter,
  functionNamed,
  inside,
  namespaceOf,
  parameterNames,
  replace,
} from "./lib.ts"

const ANCHOR = '"Npm.add"'

/** npm's settings for a folder, as upstream's npm service reads them: `X.load(…)` ahead of `….reify(…)`. */
const SETTINGS = { rule: { pattern: "$LOAD.load($ARG.dir)" } }

/** The expression for the settings of a folder; `place` is one of that service's functions. */
function settings(place: SgNode, folder: string): string {
  const load = inside(enclosing(place, "generator_function"), SETTINGS)
  return `yield*${captured(load, "LOAD").text()}.load(${folder})`
}

/** The expression for the folder in which upstream installs a package for itself alone: the first that is declared. */
function ownFolder(place: SgNode, name: string): string {
  const folder = inside(place, { rule: { pattern: `$OF(${name})` } })
  return `${captured(folder, "OF").text()}(${name})`
}

/**
 * What is written with Effect.
 * @param typed how TypeScript is told that an error will do
 */
const places = (typed = ""): (Change & { anchor: string; ofConfig?: true })[] => [
  {
    what: "the function that adds a package",
    anchor: ANCHOR,
    find: effectFunction("Npm.add"),
    change: (place, offline) => {
      const spec = firstParameter(place)
      const folder = ownFolder(place, spec)
      // Upstream's own, which says what there is to import; in what form differs between releases.
      const describe = captured(
        inside(place, { rule: { pattern: "$DESCRIBE($TO.name,$TO.path)" } }),
        "DESCRIBE",
      )
      return [
        atStart(
          place,
          `if(${offline}.active()){let found=${offline}.npm.find(${spec},${folder},${settings(place, folder)});` +
            `if(found instanceof Error)return yield*${namespaceOf(place)}.fail(found${typed});` +
            `if(found)return ${describe.text()}(found.name,found.directory)}`,
        ),
      ]
    },
  },
  {
    what: "the function that installs what a configuration folder needs",
    anchor: ANCHOR,
    find: effectFunction("Npm.install"),
    change: (place, offline) => {
      const [folder, input] = parameterNames(place) as [string, string]
      const may = `${offline}.npm.mayInstall(${input}?.add,${settings(place, folder)},${folder})`
      return [atStart(place, `if(${offline}.active()&&!${may})return;`)]
    },
  },
  {
    what: "the function that looks for a program of a package",
    anchor: ANCHOR,
    find: effectFunction("Npm.which"),
    change: (place, offline) => {
      const [name, program] = parameterNames(place) as [string, string]
      const folder = ownFolder(place, name)
      return [
        atStart(
          place,
          `if(${offline}.active()){let found=${offline}.npm.program(${name},${program},${folder},${settings(place, folder)});` +
            "if(found!==void 0)return found??void 0}",
        ),
      ]
    },
  },
  {
    what: "the function that has git ignore what is installed into a configuration folder",
    anchor: '"Config.ensureGitignore"',
    ofConfig: true,
    find: effectFunction("Config.ensureGitignore"),
    change: (place, offline) => [
      atStart(place, `if(${offline}.active()&&!${offline}.npm.canWrite(${firstParameter(place)}))return;`),
    ],
  },
  {
    what: "npm's settings for an installation",
    anchor: ANCHOR,
    find: { rule: { kind: "yield_expression", has: SETTINGS.rule } },
    change: (place, offline) => [replace(place, `${offline}.npm.options(${place.text()})`)],
  },
]

export default definePatch({
  subject: "feat(plugin): use packages from disk and install none when offline",
  why: "Every configuration folder, plugin and provider package is installed from the npm registry at start, with retries that take a minute behind a firewall. Offline, what is on disk is enough, and what is missing must be named.",
  whyPatch: "No flag of upstream's covers configuration folders and provider packages.",
  kind: "upstreamable",
  upstream: [14636, 5338, 5223],
  removeWhen:
    "offline, upstream starts with a plugin that is on disk and with a .opencode folder that has no node_modules, and makes no connection",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/bun/index.ts",
      what: "the function that installs a package",
      find: functionNamed("install"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => {
        return [
          atStart(
            place,
            `if (${offline}.active()) return ${offline}.packages.onDisk(${parameterNames(place).join(", ")}, Global.Path);`,
          ),
        ]
      },
    },
    {
      file: "src/bun/registry.ts",
      what: "the function that asks the registry for a package's version",
      find: functionNamed("info"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => [atStart(place, `if (${offline}.active()) return null;`)],
    },
    {
      file: "src/config/config.ts",
      what: "the function that decides whether a configuration folder needs an install",
      find: functionNamed("needsInstall"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => [atStart(place, `if (${offline}.active()) return false;`)],
    },
  ],
  effect: places(" as never").map(({ ofConfig, ...one }) => ({
    ...one,
    file: ofConfig ? "src/config/config.ts" : "../core/src/npm.ts",
    places: { git: 1 },
  })),
  chunks: places().map(({ ofConfig, ...one }) => ({ ...one, places: 1 })),
})
