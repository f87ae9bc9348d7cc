import { atStart, definePatch, functionNamed, parameterNames } from "./lib.ts"

export default definePatch({
  subject: "feat(plugin): use packages from disk and install none when offline",
  why: "Every configuration folder, plugin and provider package is installed from the npm registry at start, with retries that take a minute behind a firewall. Offline, what is on disk is enough, and what is missing must be named.",
  whyPatch: "No flag of upstream's covers configuration folders and provider packages.",
  kind: "offline-only",
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
})
