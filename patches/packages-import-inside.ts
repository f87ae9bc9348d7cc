import type { Rule } from "@ast-grep/napi"
import { type Change, definePatch, inside, replace } from "./lib.ts"

/** An import whose module is not known ahead of time. */
const DYNAMIC: Rule = {
  kind: "call_expression",
  all: [
    { has: { field: "function", kind: "import" } },
    { not: { has: { field: "arguments", has: { kind: "string" } } } },
  ],
}

const change: Change["change"] = (place, offline) => {
  const words = inside(place, { rule: { kind: "arguments" } }).text()
  return [replace(place, `${offline}.packages.load(${words.slice(1, -1)}, (specifier) => import(specifier))`)]
}

const plugin = { what: "the import of a plugin", change }
const provider = { what: "the import of a provider package", change }

const pluginByEntry: Change & { anchor: string } = {
  ...plugin,
  anchor: " module is empty",
  find: { rule: { ...DYNAMIC, has: { field: "arguments", regex: "^\\(\\w+\\.entry\\)$" } } },
}
const providerByPath: Change & { anchor: string } = {
  ...provider,
  anchor: " has no import entrypoint",
  find: {
    rule: { ...DYNAMIC, inside: { kind: "await_expression", inside: { kind: "variable_declarator" } } },
  },
}

export default definePatch({
  subject: "feat(plugin): import what plugins and provider packages need from the executable when offline",
  why: "A plugin or provider package that opencode.json names imports what upstream installs beside it from the npm registry. Offline there is no such folder, the import fails, and with it the whole session.",
  whyPatch: "What a file on disk imports is decided by the runtime, and no setting of upstream's adds to it.",
  kind: "offline-only",
  upstream: [5338, 5223],
  removeWhen:
    "offline, upstream loads a plugin that opencode.json names by its path, imports @opencode-ai/plugin and has no node_modules beside it",
  range: "*",
  level: "required",
  edits: [
    { ...plugin, ...inBundles("src/plugin/index.ts") },
    { ...provider, ...inBundles("src/provider/provider.ts") },
  ],
  effect: [
    { ...pluginByEntry, file: "src/plugin/loader.ts", places: { git: 1 } },
    { ...providerByPath, file: "src/provider/provider.ts", places: { git: 1 } },
  ],
  chunks: [
    { ...pluginByEntry, places: 1 },
    { ...providerByPath, places: 1 },
  ],
})

/** The one import of the file whose module is not known ahead of time. */
function inBundles(file: string) {
  return { file, anchor: "import(", find: { rule: DYNAMIC }, places: { main: 1, worker: 1 } }
}
