import { type Change, definePatch, firstParameter, part, replace } from "./lib.ts"

/** What is said of a failure. */
const FAILED = "failed to fetch remote config"

/** The configuration, and the second one that it names, by `fetch`. */
const byFetch: Change = {
  what: "a fetch of an organisation's configuration",
  find: {
    rule: {
      kind: "call_expression",
      all: [{ has: { field: "function", regex: "^fetch$" } }],
      any: [
        { has: { field: "arguments", regex: "/\\.well-known/opencode`\\)$" } },
        { has: { field: "arguments", regex: "^\\(\\w+\\.url,\\{headers:\\w+\\.headers\\}\\)$" } },
      ],
      // The sign-in asks the same server, and fails with a line of its own.
      inside: { any: [{ kind: "await_expression" }, { kind: "arrow_function" }] },
    },
  },
  change: (call, offline) => [replace(call, `${offline}.orWithout(()=>${call.text()})`)],
}

/**
 * Both of them by one function, whose failures are caught at one place: an answer that says nothing is none.
 * @param typed how TypeScript is told that this will do for an answer
 */
const byEffect = (typed = ""): Change => ({
  what: "the failure of the fetch of an organisation's configuration",
  find: {
    rule: {
      kind: "arrow_function",
      has: {
        field: "body",
        kind: "call_expression",
        all: [
          { has: { field: "function", has: { field: "property", regex: "^die$" } } },
          { has: { field: "arguments", regex: `^\\(\\s*(new )?Error\\(\\s*\`${FAILED}` } },
        ],
      },
    },
  },
  change: (place, offline) => {
    const body = part(place, "body")
    const error = firstParameter(place)
    const effect = part(part(body, "function"), "object").text()
    return [
      replace(
        body,
        `${offline}.goesOn(${error})?${effect}.succeed(${offline}.emptyResponse(${effect}.succeed)${typed}):${body.text()}`,
      ),
    ]
  },
})

export default definePatch({
  subject: "feat(config): go on without remote configuration when offline",
  why: "Who once signed in to an organisation's server has its configuration fetched by every command, and each ends when that is refused.",
  whyPatch: "The fetch is part of reading the configuration, and its failure is not caught.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "upstream's commands work when a .well-known/opencode cannot be fetched",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/config/config.ts",
      what: "the fetch of an organisation's configuration",
      find: {
        rule: {
          kind: "call_expression",
          all: [
            { has: { field: "function", regex: "^fetch$" } },
            { has: { field: "arguments", regex: "/\\.well-known/opencode`\\)$" } },
          ],
        },
      },
      places: { main: 1, worker: 1 },
      change: (call, offline) => [replace(call, `${offline}.orWithout(() => ${call.text()})`)],
    },
  ],
  effect: [{ ...byEffect(" as never"), file: "src/config/config.ts", places: { git: 1 } }],
  chunks: [
    { ...byFetch, anchor: FAILED, places: { "<1.14.41": 1, ">=1.14.41 <1.15.5": 2 } },
    { ...byEffect(), anchor: FAILED, places: { ">=1.15.5": 1 } },
  ],
})
