import { definePatch, replace } from "./lib.ts"

export default definePatch({
  subject: "feat(config): go on without remote configuration when offline",
  why: "Who once signed in to an organisation's server has its configuration fetched by every command, and each ends when that is refused.",
  whyPatch: "The fetch is part of reading the configuration, and its failure is not caught.",
  kind: "upstreamable",
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
})
