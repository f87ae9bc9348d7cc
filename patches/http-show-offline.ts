import { definePatch, inside, replace } from "./lib.ts"

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
  chunks: [
    {
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
