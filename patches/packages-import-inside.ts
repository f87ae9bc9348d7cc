import type { Edit } from "../scripts/patching/patch.ts"
import { definePatch, inside, replace } from "./lib.ts"

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
    importOf("src/plugin/index.ts", "the import of a plugin"),
    importOf("src/provider/provider.ts", "the import of a provider package"),
  ],
})

/** The one import of the file whose module is not known ahead of time. */
function importOf(file: string, what: string): Edit {
  return {
    file,
    what,
    anchor: "import(",
    find: {
      rule: {
        kind: "call_expression",
        all: [
          { has: { field: "function", kind: "import" } },
          { not: { has: { field: "arguments", has: { kind: "string" } } } },
        ],
      },
    },
    places: { main: 1, worker: 1 },
    change: (place, offline) => {
      const words = inside(place, { rule: { kind: "arguments" } }).text()
      return [
        replace(place, `${offline}.packages.load(${words.slice(1, -1)}, (specifier) => import(specifier))`),
      ]
    },
  }
}
