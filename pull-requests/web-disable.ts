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
} from "./lib.ts"

const NAME = "OPENCODE_DISABLE_WEB"
const server = `${OPENCODE}/src/server/server.ts`
const ui = `${OPENCODE}/src/server/shared/ui.ts`
const test = `${OPENCODE}/test/server/web-flag.test.ts`

const rows = [documentFlag(NAME, "boolean", "Disable the web UI of the server")]

const route: FileEdit = {
  file: server,
  what: 'the catch-all route .all("/*", …), which serves the page',
  find: hasFirstArgument("all", "/*"),
  places: 1,
  change: (call) => {
    const handler = inside(part(call, "arguments"), { rule: { kind: "arrow_function" } })
    return [
      atStart(
        handler,
        `if (Flag.${NAME}) return ${firstParameter(handler)}.json({ error: "Not Found" }, 404)`,
      ),
    ]
  },
}

const serve: FileEdit = {
  file: ui,
  what: "the function serveUIEffect, which serves the page",
  find: functionNamed("serveUIEffect"),
  places: 1,
  change: (place) => [atStart(place, `if (Flag.${NAME}) return Effect.succeed(notFound())`)],
}

export default definePullRequest({
  subject: "feat(server): add a flag that disables the web UI",
  why: "A server that only the TUI, the SDK or an editor talks to needs no page, and who runs it may not want one: it is one more thing to review, and it is what is asked for from app.opencode.ai when it is missing. With OPENCODE_DISABLE_WEB the server answers 404 where it would serve the page. Its API stays.",
  closes: [],
  related: [8549],
  instead: ["server-serve-web-ui"],
  in2x: "Yes, in the file of its server that serves the page",
  forms: {
    namespaces: [
      {
        edits: [declareFlag("namespaces", NAME, "boolean"), route, importName(server, "Flag", "@/flag/flag")],
        rows,
        files: { [test]: "web-flag.namespaces.test.ts" },
      },
    ],
    effect: [
      {
        edits: [
          declareFlag("effect", NAME, "boolean"),
          serve,
          importName(ui, "Flag", "@opencode-ai/core/flag/flag"),
        ],
        rows,
        files: { [test]: "web-flag.effect.test.ts" },
      },
    ],
  },
})
