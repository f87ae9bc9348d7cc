import { atStart, definePatch, firstParameter, functionNamed, routeHandler } from "./lib.ts"

export default definePatch({
  subject: "feat(server): say that upgrade is off when offline",
  why: "The HTTP route that upgrades and the check at the TUI's start ask GitHub, the npm registry and others for a version; the check also starts five package managers to find out how OpenCode was installed.",
  whyPatch:
    "OPENCODE_DISABLE_AUTOUPDATE is read after the version was asked for, and the route does not read it at all.",
  kind: "offline-only",
  upstream: [18233, 18492],
  removeWhen:
    "offline, upstream's POST /global/upgrade answers with an error that names the switch and the TUI's check makes no connection",
  range: "*",
  level: "required",
  edits: [
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
