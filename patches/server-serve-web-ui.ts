import { chain, definePatch, hasFirstArgument, part, replace } from "./lib.ts"

export default definePatch({
  subject: "fix(server): serve the web UI from the executable instead of a proxy",
  why: "`opencode serve` and `opencode web` load their page from app.opencode.ai through a proxy: without internet there is no page, with a dropping firewall the request hangs, and what runs in the browser is not what was installed.",
  whyPatch: "The catch-all route and the order of the server's middleware are in the code.",
  kind: "upstreamable",
  upstream: [8549, 12445, 11981, 12083],
  removeWhen: "upstream's `opencode serve` answers GET / without a connection",
  needs: ["build-embed-offline"],
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/server/server.ts",
      what: "the middleware that opens a project's instance",
      find: {
        rule: {
          kind: "call_expression",
          all: [
            { has: { field: "function", has: { field: "property", regex: "^use$" } } },
            { has: { field: "arguments", has: { stopBy: "end", pattern: "Instance.provide($OPTIONS)" } } },
          ],
        },
      },
      places: { main: 1, worker: 1 },
      change: (place, offline) => [
        chain(part(part(place, "function"), "object"), `.use(${offline}.webUi.middleware)`),
      ],
    },
    {
      file: "src/server/server.ts",
      what: 'the catch-all route .all("/*", …), which proxies to app.opencode.ai',
      find: hasFirstArgument("all", "/*"),
      places: { main: 1, worker: 1 },
      change: (place, offline) => [replace(part(place, "arguments"), `("/*", ${offline}.webUi.notFound)`)],
    },
    {
      file: "src/server/server.ts",
      what: "the import of the proxy, which nothing uses any more",
      find: { rule: { kind: "import_statement", has: { field: "source", regex: '^"hono/proxy"$' } } },
      places: { git: 1 },
      change: (place) => [{ ...replace(place, ""), end: place.range().end.index + 1 }],
    },
  ],
})
