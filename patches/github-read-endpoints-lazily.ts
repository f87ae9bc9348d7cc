import { atStart, definePatch, replace } from "./lib.ts"

const DEPENDENCY = "node_modules/@octokit/plugin-rest-endpoint-methods/dist-src/"

/** Ours; fills the dependency's table of endpoints. */
const FILL = "readGithubEndpoints"

export default definePatch({
  subject: "fix(github): read GitHub's table of endpoints when it is first used",
  why: "Every command, `--version` too, prepares some nine hundred endpoints of GitHub's API, a fortieth of its start; only `opencode github` uses them, and offline nothing does.",
  whyPatch: "The table is filled when its module is evaluated, and every command evaluates it.",
  kind: "upstreamable",
  upstream: [],
  removeWhen: "upstream imports @octokit/rest in the handler of `github`, not at the top of a module",
  range: "<1.14",
  level: "optional",
  edits: [
    {
      file: DEPENDENCY,
      what: "the loop that fills the table of endpoints when the module is evaluated",
      anchor: "function endpointsToMethods",
      find: {
        rule: {
          kind: "for_in_statement",
          inside: { kind: "program" },
          has: { field: "right", pattern: "Object.entries($ENDPOINTS)" },
        },
      },
      places: { main: 1 },
      change: (place) => [
        replace(
          place,
          `var ${FILL}Done = false;\nfunction ${FILL}() {\n  if (${FILL}Done) return;\n  ${FILL}Done = true;\n  ${place.text()}\n}`,
        ),
      ],
    },
    {
      file: DEPENDENCY,
      what: "the function that makes methods of the table",
      anchor: "function endpointsToMethods",
      find: {
        rule: {
          kind: "function_declaration",
          inside: { kind: "program" },
          has: { field: "name", regex: "^endpointsToMethods\\d*$" },
        },
      },
      places: { main: 1 },
      change: (place) => [atStart(place, `${FILL}();`)],
    },
  ],
})
