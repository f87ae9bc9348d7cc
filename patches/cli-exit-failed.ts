import { type Change, definePatch, effectFunction, replace, statementBefore } from "./lib.ts"

/** A command's declaration, by the words that it is called with. */
const commandNamed = (words: string) =>
  ({ kind: "object", has: { kind: "pair", regex: `^command:\\s*"${words}` } }) as const

const prompt: Change = {
  what: "the requests in which the command run sends a prompt",
  find: {
    rule: {
      kind: "await_expression",
      has: {
        kind: "call_expression",
        has: {
          field: "function",
          all: [
            { has: { field: "property", regex: "^(prompt|command)$" } },
            { has: { field: "object", has: { field: "property", regex: "^session$" } } },
          ],
        },
      },
      inside: { stopBy: "end", ...commandNamed("run \\[message") },
    },
  },
  change: (place, offline) => [replace(place, `${offline}.orFailed(${place.text()})`)],
}

/** Each says what failed, and leaves with exit code 0. */
const returns = {
  kind: "return_statement",
  regex: "^return;?$",
  follows: { kind: "expression_statement", regex: "^process\\.stdout\\.write\\(" },
} as const

const leave: Change = {
  what: "the places where the command import gives up",
  find: {
    rule: {
      ...returns,
      any: [
        { inside: { stopBy: "end", ...effectFunction("Cli.import.body").rule } },
        { inside: { stopBy: "end", ...commandNamed("import <file>") } },
      ],
    },
  },
  change: (place, offline) => [statementBefore(place, `${offline}.failed();`)],
}

export default definePatch({
  subject: "feat(cli): exit with 1 when run or import has failed",
  why: "A script that calls `run` or `import` takes exit code 0 for success; offline, what is denied ends in an error that it does not see.",
  whyPatch: "Upstream prints these errors and leaves as if nothing had happened.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen:
    "upstream's `opencode import` of a file that is not there exits with 1, and so does `run` when its model fails",
  range: "*",
  level: "optional",
  edits: [
    { ...prompt, file: "src/cli/cmd/run.ts", places: { main: 2 } },
    { ...leave, file: "src/cli/cmd/import.ts", places: { main: 5 } },
  ],
  effect: [
    { ...prompt, file: "src/cli/cmd/run.ts", places: { git: 2 } },
    { ...leave, file: "src/cli/cmd/import.ts", places: { git: 4 } },
  ],
  chunks: [
    { ...prompt, anchor: '"run [message..]"', places: 2 },
    { ...leave, anchor: '"import <file>"', places: { "<1.18.5": 5, ">=1.18.5": 4 } },
  ],
})
