import type { SgNode } from "@ast-grep/napi"
import {
  atStart,
  type Change,
  captured,
  definePatch,
  effectFunction,
  firstParameter,
  functionNamed,
  functionOf,
  inside,
  namespaceOf,
  part,
  property,
  replace,
  routeHandler,
} from "./lib.ts"

const route = (operationId: string) => ({
  file: "src/server/routes/session.ts",
  what: `the handler of the route ${operationId}`,
  find: routeHandler(operationId),
  places: { main: 1, worker: 1 },
  change: (place: SgNode, offline: string) => [
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
  change: (place: SgNode, offline: string) => [
    atStart(place, `if (${offline}.active()) throw ${offline}.refusal("share");`),
  ],
})

const effect = (name: string, what: string) => ({
  what,
  anchor: `"${name}"`,
  find: effectFunction(name),
  places: 1,
  // It fails. What is thrown would be a defect, which "share": "auto" does not put up with.
  change: (place: SgNode, offline: string) => [
    atStart(
      place,
      `if(${offline}.active())return yield*${namespaceOf(place)}.fail(${offline}.refusal("share"));`,
    ),
  ],
})

const handler = (name: string) => ({
  what: `the handler of the route ${name}`,
  anchor: `"${name}"`,
  beside: ['{contentType:"application/json"}'],
  find: effectFunction(name),
  places: 1,
  change: (place: SgNode, offline: string) => {
    const answer = inside(place.getRoot().root(), '$RESPONSE.stream($BODY,{contentType:"application/json"})')
    const response = captured(answer, "RESPONSE").text()
    return [
      atStart(
        place,
        `if(${offline}.active())return ${response}.fromWeb(${offline}.refusalResponse("share"));`,
      ),
    ]
  },
})

const services = [
  effect("ShareNext.create", "the function that creates a share"),
  effect("ShareNext.remove", "the function that removes a share"),
]
const handlers = [handler("SessionHttpApi.share"), handler("SessionHttpApi.unshare")]

/** In the TUI there are two that would connect, and either asks or says that it has worked before it knows. */
const entries: Change = {
  what: "the TUI's entries session.share and session.unshare",
  find: {
    rule: {
      kind: "pair",
      has: { field: "key", regex: "^(onSelect|run)$" },
      inside: { kind: "object", has: property("value", '"session\\.(un)?share"') },
    },
  },
  change: (place, offline) => {
    const select = functionOf(place)
    const named = (pattern: string, name: string) =>
      captured(inside(part(select, "body"), pattern), name).text()
    const toast = named("$TOAST.show($OPTIONS)", "TOAST")
    const dialog = named("$DIALOG.clear()", "DIALOG")
    return [
      atStart(
        select,
        `if (${offline}.active()) {\n  ${toast}.show({ message: ${offline}.message("share"), variant: "warning" });\n  return ${dialog}.clear();\n}`,
      ),
    ]
  },
}

export default definePatch({
  subject: "feat(share): say that sharing is off when offline",
  why: "Sharing sends the conversation to opncd.ai. Offline it must neither try nor seem to have worked, and who asks for it is told why.",
  whyPatch:
    '`share: "disabled"` is a preference of one configuration file that another file overrides; OPENCODE_DISABLE_SHARE returns an empty address as if sharing had worked.',
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "offline, upstream's POST /session/ID/share answers with an error that names the switch",
  range: "*",
  level: "required",
  edits: [
    service("create", "the function that creates a share"),
    service("remove", "the function that removes a share"),
    route("session.share"),
    route("session.unshare"),
    { ...entries, file: "src/cli/cmd/tui/routes/session/index.tsx", places: { main: 2 } },
  ],
  effect: [
    ...services.map((one) => ({ ...one, file: "src/share/share-next.ts", places: { git: 1 } })),
    ...handlers.map((one) => ({
      ...one,
      file: "src/server/routes/instance/httpapi/handlers/session.ts",
      places: { git: 1 },
    })),
    { ...entries, file: "../tui/src/routes/session/index.tsx", places: { git: 2 } },
  ],
  chunks: [
    ...services,
    ...handlers,
    {
      what: "the handlers of the routes that share and unshare, of the server before that",
      anchor: '"SessionRoutes.share"',
      find: {
        rule: {
          kind: "call_expression",
          has: {
            field: "arguments",
            has: { nthChild: 1, regex: '^"SessionRoutes\\.(un)?share"$' },
          },
        },
      },
      places: { "<=1.14.41": 2 },
      change: (place, offline) => {
        const [, context] = part(place, "arguments")
          .children()
          .filter((child) => child.isNamed())
        const refused = `${offline}.refuseRequest(${context!.text()},"share")`
        return [replace(place, `(${offline}.active()?${refused}:${place.text()})`)]
      },
    },
    { ...entries, anchor: '"session.unshare"', places: 2 },
  ],
})
