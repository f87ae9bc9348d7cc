import {
  atStart,
  commandHandler,
  definePatch,
  firstParameter,
  functionNamed,
  functionOf,
  routeHandler,
} from "./lib.ts"

export default definePatch({
  subject: "feat(cli): say that upgrade is off when offline",
  why: "`opencode upgrade`, its HTTP route and the check at the TUI's start ask GitHub, the npm registry and others for a version; the check also starts five package managers to find out how OpenCode was installed.",
  whyPatch:
    "OPENCODE_DISABLE_AUTOUPDATE is read after the version was asked for, and the command does not read it at all.",
  kind: "offline-only",
  upstream: [18233, 18492],
  removeWhen:
    "offline, upstream's `opencode upgrade` exits with an error that names the switch and the TUI's check makes no connection",
  edits: [
    {
      file: "src/cli/cmd/upgrade.ts",
      what: "the handler of the command upgrade",
      find: commandHandler("upgrade [target]"),
      places: { main: 1 },
      change: (place, offline) => [
        atStart(functionOf(place), `if (${offline}.active()) return ${offline}.refuseCommand("upgrade");`),
      ],
    },
    {
      file: "src/server/routes/global.ts",
      what: "the handler of the route global.upgrade",
      find: routeHandler("global.upgrade"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => [
        atStart(
          place,
          `if (${offline}.active()) return ${offline}.refuseRequest(${firstParameter(place)}, "upgrade");`,
        ),
      ],
    },
    {
      file: "src/cli/upgrade.ts",
      what: "the check for a newer version",
      find: functionNamed("upgrade"),
      places: { worker: 1 },
      change: (place, offline) => [atStart(place, `if (${offline}.active()) return;`)],
    },
  ],
})
