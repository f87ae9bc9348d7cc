import {
  atStart,
  captured,
  definePatch,
  firstParameter,
  functionNamed,
  functionOf,
  inside,
  part,
  property,
  routeHandler,
} from "./lib.ts"

const route = (operationId: string) => ({
  file: "src/server/routes/session.ts",
  what: `the handler of the route ${operationId}`,
  find: routeHandler(operationId),
  places: { main: 1, worker: 1 },
  change: (place: Parameters<typeof atStart>[0], offline: string) => [
    atStart(
      place,
      `if (${offline}.active()) return ${offline}.refuseRequest(${firstParameter(place)}, "share");`,
    ),
  ],
})

const service = (name: string, what: string) => ({
  file: "src/share/share-next.ts",
  what,
  find: functionNamed(name),
  places: { main: 1, worker: 1 },
  change: (place: Parameters<typeof atStart>[0], offline: string) => [
    atStart(place, `if (${offline}.active()) throw ${offline}.refusal("share");`),
  ],
})

export default definePatch({
  subject: "feat(share): say that sharing is off when offline",
  why: "Sharing sends the conversation to opncd.ai. Offline it must neither try nor seem to have worked, and who asks for it is told why.",
  whyPatch:
    '`share: "disabled"` is a preference of one configuration file that another file overrides; OPENCODE_DISABLE_SHARE returns an empty address as if sharing had worked.',
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "offline, upstream's POST /session/ID/share answers with an error that names the switch",
  range: "*",
  level: "required",
  edits: [
    service("create", "the function that creates a share"),
    service("remove", "the function that removes a share"),
    route("session.share"),
    route("session.unshare"),
    {
      file: "src/cli/cmd/run.ts",
      what: "the function of `run` that shares the session",
      find: functionNamed("share"),
      places: { main: 1 },
      change: (place, offline) => {
        const asked = inside(place, "!$ARGS.share")
        return [
          atStart(
            place,
            `if (${offline}.active()) return ${captured(asked, "ARGS").text()}.share ? ${offline}.warn("share") : undefined;`,
          ),
        ]
      },
    },
    {
      file: "src/cli/cmd/tui/routes/session/index.tsx",
      what: "the TUI's entry session.share",
      find: {
        rule: {
          kind: "pair",
          has: { field: "key", regex: "^onSelect$" },
          inside: { kind: "object", has: property("value", '"session.share"') },
        },
      },
      places: { main: 1 },
      change: (place, offline) => {
        const select = functionOf(place)
        const toast = captured(inside(part(select, "body"), "$TOAST.show($OPTIONS)"), "TOAST").text()
        const dialog = firstParameter(select)
        return [
          atStart(
            select,
            `if (${offline}.active()) {\n  ${toast}.show({ message: ${offline}.message("share"), variant: "warning" });\n  return ${dialog}.clear();\n}`,
          ),
        ]
      },
    },
  ],
})
