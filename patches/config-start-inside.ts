import { before, captured, definePatch, enclosing, inside, replace, statementBefore } from "./lib.ts"

/** The variable whose text upstream reads as a configuration that is no file. */
const CONTENT = "OPENCODE_CONFIG_CONTENT"

export default definePatch({
  subject: "feat(config): start from the configuration that is built in",
  why: "Whoever hands the executable out knows where the models are; each user behind the gap would have to write it down.",
  whyPatch:
    "The least of upstream's places for configuration is the user's own; a variable or a managed file would stand above what the user writes.",
  kind: "offline-only",
  upstream: [],
  removeWhen: "upstream reads a default configuration from inside its executable, below all others",
  range: "*",
  level: "optional",
  edits: [
    {
      file: "src/config/config.ts",
      what: "the empty configuration that all others are laid over",
      find: {
        rule: {
          kind: "object",
          regex: "^\\{\\}$",
          inside: {
            kind: "variable_declarator",
            has: { field: "name", regex: "^result\\d*$" },
            inside: {
              stopBy: "end",
              kind: "arrow_function",
              inside: {
                kind: "arguments",
                inside: {
                  kind: "call_expression",
                  has: { field: "function", regex: "^Instance\\d*\\.state$" },
                },
              },
            },
          },
        },
      },
      places: { main: 1, worker: 1 },
      change: (place, offline) => [replace(place, `await ${offline}.configuration.start(load)`)],
    },
  ],
  effect: [
    {
      file: "src/config/config.ts",
      what: "the loop over those who are signed in, whose configuration upstream reads first",
      find: {
        rule: {
          kind: "for_in_statement",
          has: {
            field: "body",
            has: { kind: "if_statement", regex: '^if\\s*\\([\\w$]+\\.type === "wellknown"\\)' },
          },
        },
      },
      places: { git: 1 },
      change: (place, offline) => {
        const all = enclosing(place, "generator_function")
        const content = inside(all, `$LOAD(process.env.${CONTENT}, $FROM)`)
        const load = captured(content, "LOAD").text()
        const block = enclosing(content, "statement_block")
        const lay = captured(inside(block, '$LAY($SOURCE, $FOUND, "local")'), "LAY").text()
        const given = `yield* ${load}(inside.text, { dir: inside.dir, source: inside.source })`
        return [
          statementBefore(
            place,
            `for (const inside of ${offline}.configuration.given()) yield* ${lay}(inside.source, ${given}, "global")`,
          ),
        ]
      },
    },
  ],
  chunks: [
    {
      what: "the loop over those who are signed in, whose configuration upstream reads first",
      anchor: '"Config.loadInstanceState"',
      find: {
        rule: {
          kind: "for_in_statement",
          has: { field: "body", kind: "if_statement", regex: '^if\\([\\w$]+\\.type==="wellknown"\\)' },
        },
      },
      places: 1,
      change: (place, offline) => {
        const all = enclosing(place, "generator_function")
        const load = captured(inside(all, `$LOAD(process.env.${CONTENT},$FROM)`), "LOAD").text()
        const lay = captured(inside(all, `$LAY("${CONTENT}",$FOUND,"local")`), "LAY").text()
        const given = `yield*${load}(inside.text,{dir:inside.dir,source:inside.source})`
        return [
          before(
            place,
            `for(let inside of ${offline}.configuration.given())yield*${lay}(inside.source,${given},"global");`,
          ),
        ]
      },
    },
  ],
})
