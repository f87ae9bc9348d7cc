import { after, before, definePullRequest, importName, OPENCODE } from "./lib.ts"

const file = `${OPENCODE}/src/cli/cmd/run.ts`

export default definePullRequest({
  subject: "fix(run): exit with 1 when the model or the request failed",
  why: "`opencode run` prints an error and exits with 0: a script takes a failed answer for success. The result of the prompt, or of the command, is now looked at, and the exit code is 1 when it holds an error. What is printed stays.",
  closes: [],
  related: [26509, 17854, 2489],
  instead: ["cli-exit-failed"],
  in2x: "No: its `run` sets the exit code, as the newest of 1.x does",
  absent: { effect: "upstream's `run` sets the exit code itself there" },
  forms: {
    namespaces: [
      {
        edits: [
          {
            file,
            what: "the statements in which run sends a prompt or a command",
            find: {
              rule: {
                kind: "await_expression",
                inside: { kind: "expression_statement" },
                has: {
                  kind: "call_expression",
                  has: { field: "function", regex: "^\\w+\\.session\\.(prompt|command)$" },
                },
              },
            },
            places: 2,
            change: (place) => [before(place, "checkResult("), after(place, ")")],
          },
          importName(file, "checkResult", "./run-result"),
        ],
        files: {
          [`${OPENCODE}/src/cli/cmd/run-result.ts`]: "run-result.ts",
          [`${OPENCODE}/test/cli/run-result.test.ts`]: "run-result.test.ts",
        },
      },
    ],
  },
})
