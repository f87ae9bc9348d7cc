import {
  after,
  atStart,
  before,
  chain,
  definePatch,
  enclosing,
  firstParameter,
  functionNamed,
  hasFirstArgument,
  inside,
  type NapiConfig,
  part,
  replace,
  type SgNode,
} from "./lib.ts"

/** The handler of the route for all methods and all paths, of Effect's router. */
const catchAll: NapiConfig = {
  rule: {
    kind: "arrow_function",
    inside: {
      kind: "arguments",
      all: [
        { has: { nthChild: 1, regex: String.raw`^"\*"$` } },
        { has: { nthChild: 2, regex: String.raw`^"/\*"$` } },
      ],
    },
  },
}

/** The name by which a chunk calls Effect, from the generator that a place is in. */
function effectAround(place: SgNode): string {
  const run = place.ancestors().find((node) => node.field("function")?.field("property")?.text() === "gen")
  return part(part(run ?? place, "function"), "object").text()
}

/** The name by which a chunk calls Effect's HttpServerResponse: its own answer that there is no such file. */
function responseIn(chunk: SgNode): string {
  const answer = inside(chunk, '$RESPONSE.jsonUnsafe({error:"Not Found"},{status:404})')
  return part(part(answer, "function"), "object").text()
}

export default definePatch({
  subject: "fix(server): serve the web UI from the executable instead of a proxy",
  why: "`opencode serve` and `opencode web` load their page from app.opencode.ai through a proxy: without internet there is no page, with a dropping firewall the request hangs, and what runs in the browser is not what was installed.",
  whyPatch: "The catch-all route and the order of the server's middleware are in the code.",
  kind: "upstreamable",
  upstream: [8549, 12445, 11981, 12083],
  removeWhen: "upstream's `opencode serve` answers GET / without a connection",
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
  effect: [
    {
      file: "src/server/shared/ui.ts",
      what: "the Effect of serveUIEffect, which serves the page that is inside, or proxies",
      find: {
        rule: {
          kind: "generator_function",
          inside: { stopBy: "end", ...functionNamed("serveUIEffect").rule },
        },
      },
      places: { git: 1 },
      change(place, offline) {
        const request = firstParameter(enclosing(place, "function_declaration"))
        const answer = `yield* ${effectAround(place)}.promise(() => ${offline}.webUi.answer(${request}))`
        const own = `${responseIn(place.getRoot().root())}.fromWeb(page)`
        return [atStart(place, `const page = ${answer};\nif (page) return ${own};`)]
      },
    },
  ],
  chunks: [
    {
      what: 'the handler of the catch-all route .add("*","/*",…), which serves the page that is inside, or proxies',
      anchor: '"*","/*"',
      beside: ['{error:"Not Found"},{status:404}'],
      find: catchAll,
      places: 1,
      change(handler, offline) {
        const effect = effectAround(handler)
        const body = part(handler, "body")
        const answer = `yield*${effect}.promise(()=>${offline}.webUi.answer(${firstParameter(handler)}))`
        const own = `${responseIn(handler.getRoot().root())}.fromWeb(answer)`
        return [
          before(body, `${effect}.gen(function*(){let answer=${answer};return answer?${own}:yield*`),
          after(body, "})"),
        ]
      },
    },
    {
      what: 'the same route .all("/*", …) of the server that was there beside it',
      anchor: '.all("/*",',
      find: hasFirstArgument("all", "/*"),
      places: { "<1.14.48": 1 },
      change(route, offline) {
        const handler = inside(part(route, "arguments"), { rule: { kind: "arrow_function" } })
        const answer = `${offline}.webUi.answer(${firstParameter(handler)}.req.raw)`
        return [before(handler, "async"), before(part(handler, "body"), `(await ${answer})??`)]
      },
    },
  ],
})
