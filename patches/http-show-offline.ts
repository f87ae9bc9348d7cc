import { atStart, type Change, definePatch, inside, replace } from "./lib.ts"

/** The code of the guard's refusals, and how many errors one may be wrapped in. */
const REFUSED = "ERR_OPENCODE_OFFLINE"
const DEPTH = 8

const message = {
  what: "the message of Effect's TransportError",
  anchor: '("TransportError")',
  find: {
    rule: {
      kind: "method_definition",
      regex: "^get message\\(",
      inside: {
        kind: "class_body",
        inside: {
          kind: "class_declaration",
          has: { kind: "class_heritage", regex: '\\("TransportError"\\)$' },
        },
      },
    },
  },
} satisfies Omit<Change, "change">

export default definePatch({
  subject: "feat(http): say why a connection was refused",
  why: 'What is fetched by Effect\'s client (pages, instructions, skills, searches, configuration) fails with "Transport error (GET …)": neither person nor model learns that offline is why.',
  whyPatch:
    "The text of the client's error is built from the request alone; its cause is not shown anywhere.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen:
    "upstream's webfetch, when a connection is refused, shows the message of the error that caused it",
  range: ">=1.14",
  level: "required",
  edits: [],
  effect: [
    {
      ...message,
      file: "node_modules/effect/",
      places: { git: 1 },
      // A dependency that is not asynchronous has nothing of ours, but for the error that the guard refused with.
      change: (getter) => [
        atStart(
          getter,
          [
            "let refusal = this.cause;",
            `for (let depth = 0; depth < ${DEPTH} && refusal; depth++, refusal = refusal.cause) {`,
            `  if (refusal.code === "${REFUSED}") return refusal.message;`,
            "}",
          ].join("\n"),
        ),
      ],
    },
  ],
  chunks: [
    {
      ...message,
      places: 1,
      change: (getter, offline) => {
        const said = inside(getter, {
          rule: { kind: "call_expression", inside: { kind: "return_statement" } },
        })
        return [replace(said, `${offline}.refusalForModel(this.cause)??${said.text()}`)]
      },
    },
  ],
})
