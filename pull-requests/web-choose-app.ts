import {
  atStart,
  declareFlag,
  definePullRequest,
  documentFlag,
  type FileEdit,
  firstParameter,
  functionNamed,
  hasFirstArgument,
  importName,
  inside,
  OPENCODE,
  part,
  replace,
} from "./lib.ts"

const server = `${OPENCODE}/src/server/server.ts`
const ui = `${OPENCODE}/src/server/shared/ui.ts`
const dist = `${OPENCODE}/src/server/app-dist.ts`

const rows = [
  documentFlag("OPENCODE_APP_DIST", "string", "Folder with a built web UI to serve"),
  documentFlag("OPENCODE_APP_URL", "string", "Server to load the web UI from"),
]
const flags = (vintage: "namespaces" | "effect") => [
  declareFlag(vintage, "OPENCODE_APP_DIST", "string"),
  declareFlag(vintage, "OPENCODE_APP_URL", "string"),
]

const route: FileEdit = {
  file: server,
  what: 'the catch-all route .all("/*", …), which proxies to app.opencode.ai',
  find: hasFirstArgument("all", "/*"),
  places: 1,
  change: (call) => {
    const handler = inside(part(call, "arguments"), { rule: { kind: "arrow_function" } })
    const proxy = inside(handler, "proxy($$$)")
    const address = inside(proxy, { rule: { kind: "string_fragment", regex: "^https?://" } }).text()
    const asked = proxy
      .text()
      .replace(address, `\${app}`)
      .replace(/(\bhost: )"[^"]*"/, "$1new URL(app).host")
    const path = `${firstParameter(handler)}.req.path`
    return [
      atStart(
        handler,
        `const app = Flag.OPENCODE_APP_URL ?? "${address}"\nconst files = Flag.OPENCODE_APP_DIST ? await listAppDist(Flag.OPENCODE_APP_DIST) : undefined`,
      ),
      replace(proxy, `(files ? appResponse(files, ${path}) : ${asked})`),
    ]
  },
}

const embedded: FileEdit = {
  file: ui,
  what: "the function embeddedUI, which gives the files of the page",
  find: functionNamed("embeddedUI"),
  places: 1,
  change: (place) => [
    atStart(
      place,
      "if (Flag.OPENCODE_APP_DIST) return (embeddedUIPromise ??= listAppDist(Flag.OPENCODE_APP_DIST))\nif (Flag.OPENCODE_APP_URL) return Promise.resolve(null)",
    ),
  ],
}

const upstream: FileEdit = {
  file: ui,
  what: "the address of app.opencode.ai",
  find: {
    rule: {
      kind: "new_expression",
      regex: '^new URL\\("https?://[^"]*"\\)$',
      inside: { kind: "variable_declarator", has: { field: "name", regex: "^UI_UPSTREAM$" } },
    },
  },
  places: 1,
  change: (place) => {
    const address = inside(place, { rule: { kind: "string" } })
    return [replace(address, `Flag.OPENCODE_APP_URL ?? ${address.text()}`)]
  },
}

export default definePullRequest({
  subject: "feat(server): choose where the web UI comes from",
  why: "Organisations host the web UI themselves, or build their own: OPENCODE_APP_URL names a server in place of app.opencode.ai, OPENCODE_APP_DIST a folder with a build of packages/app. Each wins over the page that is embedded, and a folder over a server. Without them nothing changes.",
  closes: [],
  related: [12445, 8549],
  instead: ["server-serve-web-ui"],
  in2x: "Yes, in the file of its server that serves the page",
  forms: {
    namespaces: [
      {
        edits: [
          ...flags("namespaces"),
          route,
          importName(server, "appResponse", "./app-response"),
          importName(server, "listAppDist", "./app-dist"),
          importName(server, "Flag", "@/flag/flag"),
        ],
        rows,
        files: {
          [dist]: "app-dist.ts",
          [`${OPENCODE}/src/server/app-response.ts`]: "app-response.ts",
          [`${OPENCODE}/test/server/app-dist.test.ts`]: "app-dist.test.ts",
          [`${OPENCODE}/test/server/choose-app.test.ts`]: "choose-app.namespaces.test.ts",
        },
      },
    ],
    effect: [
      {
        edits: [
          ...flags("effect"),
          embedded,
          upstream,
          importName(ui, "listAppDist", "../app-dist"),
          importName(ui, "Flag", "@opencode-ai/core/flag/flag"),
        ],
        rows,
        files: {
          [dist]: "app-dist.ts",
          [`${OPENCODE}/test/server/app-dist.test.ts`]: "app-dist.test.ts",
          [`${OPENCODE}/test/server/choose-app.test.ts`]: "choose-app.effect.test.ts",
        },
      },
    ],
  },
})
