import { before, captured, definePatch, inside, part } from "./lib.ts"

export default definePatch({
  subject: "feat(config): accept an offline key",
  why: "An organisation sets policy in the configuration that it manages, and the strict schema refuses unknown keys.",
  whyPatch: "The schema is strict and built into the executable.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "upstream's configuration schema has a key named offline",
  range: "<1.18.16",
  level: "required",
  edits: [
    {
      file: "src/config/config.ts",
      what: "the key $schema of the schema of opencode.json",
      find: {
        rule: {
          kind: "pair",
          has: { field: "key", regex: "^\\$schema$" },
          inside: { kind: "object", has: { kind: "pair", has: { field: "key", regex: "^autoshare$" } } },
        },
      },
      places: { main: 1, worker: 1 },
      change: (pair, offline) => {
        const zod = inside(part(pair, "value"), { rule: { kind: "identifier" } }).text()
        return [before(pair, `offline: ${offline}.configSchema(${zod}),\n      `)]
      },
    },
  ],
  chunks: [
    {
      what: "the key autoshare of the schema of opencode.json",
      anchor: "autoshare:",
      find: {
        rule: {
          kind: "pair",
          all: [
            { has: { field: "key", regex: "^autoshare$" } },
            {
              has: {
                field: "value",
                kind: "call_expression",
                has: { stopBy: "end", pattern: "$SCHEMA.optional($$$)" },
              },
            },
          ],
          inside: { kind: "object", has: { kind: "pair", has: { field: "key", regex: "^\\$schema$" } } },
        },
      },
      places: 1,
      change: (pair, offline) => [
        before(pair, `offline:${offline}.effectConfigSchema(${captured(pair, "SCHEMA").text()}),`),
      ],
    },
  ],
})
