import {
  atStart,
  type Change,
  definePatch,
  effectFunction,
  firstParameter,
  functionNamed,
  namespaceOf,
  routeHandler,
} from "./lib.ts"

/** Ends an Effect with the refusal. */
function refused(name: string): Change & { anchor: string } {
  return {
    what: `the Effect ${name}`,
    anchor: `"${name}"`,
    find: effectFunction(name),
    change: (place, offline) => [
      atStart(
        place,
        `if(${offline}.active())return yield*${namespaceOf(place)}.die(${offline}.refusal("upgrade"));`,
      ),
    ],
  }
}

/** The route, whose answers are responses in newer releases, and their parts in older ones. */
const route: Change = {
  what: "the handler of the route global.upgrade",
  find: effectFunction("GlobalHttpApi.upgrade"),
  change: (place, offline) => {
    const body = `${offline}.requestRefusal("upgrade")`
    const make = place.find({
      rule: { kind: "member_expression", has: { field: "property", regex: "^jsonUnsafe$" } },
    })
    const answer = make ? `${make.text()}(${body},{status:403})` : `{status:403,body:${body}}`
    return [atStart(place, `if(${offline}.active())return ${answer};`)]
  },
}

/** The same route of older releases, which have two servers. */
const routeOfHono: Change = {
  what: "the handler of Hono's route global.upgrade",
  find: routeHandler("global.upgrade", ""),
  change: (place, offline) => [
    atStart(
      place,
      `if(${offline}.active())return ${offline}.refuseRequest(${firstParameter(place)},"upgrade");`,
    ),
  ],
}

export default definePatch({
  subject: "feat(server): say that upgrade is off when offline",
  why: "The HTTP route that upgrades and the check at the TUI's start ask GitHub, the npm registry and others for a version; the check also starts five package managers to find out how OpenCode was installed.",
  whyPatch:
    "OPENCODE_DISABLE_AUTOUPDATE is read after the version was asked for, and the route does not read it at all.",
  kind: "upstreamable",
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
  effect: [
    { ...refused("Installation.latest"), file: "src/installation/index.ts", places: { git: 1 } },
    { ...refused("Installation.upgrade"), file: "src/installation/index.ts", places: { git: 1 } },
    { ...route, file: "src/server/routes/instance/httpapi/handlers/global.ts", places: { git: 1 } },
  ],
  chunks: [
    { ...refused("Installation.latest"), places: 1 },
    { ...refused("Installation.upgrade"), places: 1 },
    { ...route, anchor: '"GlobalHttpApi.upgrade"', places: 1 },
    { ...routeOfHono, anchor: 'operationId:"global.upgrade"', places: { "<1.14.48": 1 } },
  ],
})
