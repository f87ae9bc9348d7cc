import { after, type Change, captured, definePatch, functionNamed, inside, part, replace } from "./lib.ts"

type Place = Parameters<typeof after>[0]

/** The call that hands OpenCode's logger over; the bundler may have given the function that makes one another name. */
function handOver(place: Place, offline: string): string {
  const create = inside(place.getRoot().root(), functionNamed("create"))
  return `${offline}.logDenials(${part(create, "name").text()})`
}

/** In minified code the function has no name of its own; the default logger is made by it. */
function handOverMinified(place: Place, offline: string): string {
  const first = inside(place.getRoot().root(), {
    rule: { kind: "call_expression", has: { field: "arguments", regex: '^\\(\\{service:"default"\\}\\)$' } },
  })
  return `${offline}.logDenials(${part(first, "function").text()})`
}

const beside = ['({service:"default"})']

/** Log.init, by the name of the file that a developer's log goes to. */
const inInit = {
  inside: {
    stopBy: "end",
    kind: "function_declaration",
    has: { stopBy: "end", kind: "string", regex: '^"dev\\.log"$' },
  },
} as const

const printed: Change = {
  what: "the return of Log.init when the log is printed",
  find: {
    rule: {
      kind: "return_statement",
      not: { has: { kind: "identifier" } },
      inside: { kind: "if_statement", has: { field: "condition", regex: "\\.print\\)$" }, ...inInit },
    },
  },
  change: (place, offline) => [replace(place, `return ${handOverMinified(place, offline)};`)],
}

const opened: Change = {
  what: "the statement of Log.init from which on the log goes to its file",
  find: {
    rule: {
      kind: "expression_statement",
      has: { kind: "assignment_expression", has: { field: "right", kind: "arrow_function" } },
      ...inInit,
    },
  },
  change: (place, offline) => [after(place, `;${handOverMinified(place, offline)};`)],
}

const named: Change = {
  what: "the name of the file that Effect's logger writes to",
  find: {
    rule: {
      kind: "call_expression",
      all: [
        { has: { field: "function", has: { field: "property", regex: "^join$" } } },
        { has: { field: "arguments", regex: '\\.log,\\s*"opencode\\.log"\\)$' } },
      ],
    },
  },
  change: (place, offline) => [replace(place, `${offline}.logDenialsTo(${place.text()})`)],
}

export default definePatch({
  subject: "feat(log): write refused connections to the log",
  why: "A refused connection that a feature works without leaves no trace, and who administers OpenCode looks for it in OpenCode's log.",
  whyPatch:
    "The logger is no part of any interface, and before its file is open it writes to standard error.",
  kind: "offline-only",
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
  effect: [{ ...named, file: "../core/src/observability/logging.ts", places: { git: 1 } }],
  chunks: [
    { ...printed, anchor: '"dev.log"', beside, places: { "<1.17": 1 } },
    { ...opened, anchor: '"dev.log"', beside, places: { "<1.17": 1 } },
    { ...named, anchor: '"opencode.log"', places: { ">=1.17": 1 } },
  ],
})
