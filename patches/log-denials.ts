import { after, captured, definePatch, functionNamed, inside, part, replace } from "./lib.ts"

type Place = Parameters<typeof after>[0]

/** The call that hands OpenCode's logger over; the bundler may have given the function that makes one another name. */
function handOver(place: Place, offline: string): string {
  const create = inside(place.getRoot().root(), functionNamed("create"))
  return `${offline}.logDenials(${part(create, "name").text()})`
}

export default definePatch({
  subject: "feat(log): write refused connections to the log",
  why: "A refused connection that a feature works without leaves no trace, and who administers OpenCode looks for it in OpenCode's log.",
  whyPatch:
    "The logger is no part of any interface, and before its file is open it writes to standard error.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "upstream's log has a line for each refused connection",
  range: "*",
  level: "required",
  edits: [
    {
      file: "src/util/log.ts",
      what: "the return of Log.init when the log is printed",
      find: { rule: { pattern: "if ($OPTIONS.print) return" } },
      places: { main: 1, worker: 1 },
      change: (place, offline) => [
        replace(place, `if (${captured(place, "OPTIONS").text()}.print) return ${handOver(place, offline)};`),
      ],
    },
    {
      file: "src/util/log.ts",
      what: "the statement of Log.init from which on the log goes to its file",
      find: {
        rule: {
          kind: "expression_statement",
          has: {
            kind: "assignment_expression",
            all: [
              { has: { field: "left", regex: "^write\\d*$" } },
              { has: { field: "right", kind: "arrow_function" } },
            ],
          },
        },
      },
      places: { main: 1, worker: 1 },
      change: (place, offline) => [
        after(place, `\n${" ".repeat(place.range().start.column)}${handOver(place, offline)};`),
      ],
    },
  ],
})
