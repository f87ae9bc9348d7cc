import {
  atStart,
  type Change,
  definePatch,
  firstParameter,
  functionNamed,
  inside,
  part,
  statementBefore,
} from "./lib.ts"

const text = (value: string) => ({ has: { stopBy: "end", kind: "string", regex: `^"${value}"$` } }) as const

const format: Change = {
  what: "a function that turns known errors into text",
  find: {
    rule: { kind: "function_declaration", all: [text("ConfigInvalidError"), text("UICancelledError")] },
  },
  change: (place, offline) => [
    atStart(
      place,
      `if(${offline}.refusalText(${firstParameter(place)}))return ${offline}.refusalText(${firstParameter(place)});`,
    ),
  ],
}

/** The error as a property, as it is minified, and as upstream writes it. */
const ERROR = { kind: "pair", regex: "^error:\\s*\\w+$" } as const
const SHORT_ERROR = { kind: "shorthand_property_identifier", regex: "^error$" } as const

/** Answers, by what stands in it: the error, Effect's and the responses' namespace. */
const answer: Change = {
  what: "the answer of the server to an error that it does not know",
  find: {
    rule: {
      kind: "return_statement",
      all: [
        { has: { stopBy: "end", kind: "string", regex: '^"Unexpected server error\\. ' } },
        { has: { stopBy: "end", any: [ERROR, SHORT_ERROR] } },
        { has: { stopBy: "end", kind: "property_identifier", regex: "^jsonUnsafe$" } },
      ],
      inside: {
        kind: "statement_block",
        has: { stopBy: "end", kind: "property_identifier", regex: "^isDieReason$" },
      },
    },
  },
  change: (place, offline) => {
    const property = inside(place, { rule: { any: [ERROR, SHORT_ERROR] } })
    const error = (property.field("value") ?? property).text()
    const namespace = (method: string, of = place) =>
      part(
        inside(of, { rule: { kind: "member_expression", has: { field: "property", regex: `^${method}$` } } }),
        "object",
      ).text()
    const effect = namespace("failCause", place.parent()!)
    return [
      statementBefore(
        place,
        `if(${offline}.refusalText(${error}))return ${effect}.succeed(${namespace("jsonUnsafe")}.jsonUnsafe(${offline}.refusalBody(${error}),{status:403}));`,
      ),
    ]
  },
}

export default definePatch({
  subject: "feat(cli): show a refused connection as one line",
  why: "A command that ends because a connection was refused says that the error is unexpected and points to a log, though the error says what to do.",
  whyPatch: "Which errors are known is fixed in one function.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "offline, upstream's `opencode import https://…` prints one line that names the switch",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/cli/error.ts",
      what: "the function that turns known errors into text",
      find: functionNamed("FormatError"),
      places: { main: 1 },
      change: (place, offline) => [
        atStart(
          place,
          `if (${offline}.refusalText(${firstParameter(place)})) return ${offline}.refusalText(${firstParameter(place)});`,
        ),
      ],
    },
  ],
  effect: [
    { ...format, file: "src/cli/error.ts", places: { git: 1 } },
    { ...format, file: "../tui/src/util/error.ts", places: { git: 1 } },
    { ...answer, file: "src/server/routes/instance/httpapi/middleware/error.ts", places: { git: 1 } },
  ],
  chunks: [
    { ...format, anchor: '"UICancelledError"', places: { "<1.17": 1, ">=1.17": 2 } },
    { ...answer, anchor: "Unexpected server error", places: { "<1.15": 0, ">=1.15": 1 } },
  ],
})
