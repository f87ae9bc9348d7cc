import { atStart, definePatch, functionNamed, parameterNames } from "./lib.ts"

export default definePatch({
  subject: "feat(process): run package binaries from disk when offline",
  why: "Formatters and language servers are started with `bun x`, which asks the npm registry even when the program is in node_modules.",
  whyPatch: "OPENCODE_DISABLE_LSP_DOWNLOAD covers neither formatters nor the TypeScript language server.",
  kind: "offline-only",
  upstream: [16117],
  removeWhen: "offline, upstream formats with a prettier that is in node_modules and makes no connection",
  edits: [
    {
      file: "src/util/process.ts",
      what: "the function that starts a process",
      find: functionNamed("spawn"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => {
        const [command, options] = parameterNames(place)
        return [
          atStart(
            place,
            `if (${offline}.active()) [${command}, ${options}] = ${offline}.packages.child(${command}, ${options});`,
          ),
        ]
      },
    },
  ],
})
