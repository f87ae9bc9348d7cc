import { definePullRequest, replace } from "./lib.ts"

const file = "packages/core/src/zig.ts"

export default definePullRequest({
  subject: "fix(core): load the native library when it is first used",
  why: "Importing @opentui/core writes the native library to the temporary folder and loads it, also in a process that never draws: each `--version` of a compiled program leaves a file of some megabytes there. resolveRenderLib() loads the library on first use when the attempt at import failed; now it always does, and its error is the one that is thrown.",
  closes: [],
  related: [],
  instead: ["opentui-load-lazily"],
  in2x: "Yes: 2.x draws with the same package",
  repository: { url: "https://github.com/anomalyco/opentui", branch: "main" },
  forms: {
    other: [
      {
        edits: [
          {
            file,
            what: "the attempt to load the render library when the module is evaluated",
            find: {
              rule: {
                kind: "try_statement",
                inside: { kind: "program" },
                has: { field: "body", has: { pattern: "$LIB = new FFIRenderLib($PATH)", stopBy: "end" } },
              },
            },
            places: 1,
            change: (place) => {
              const comment = place.prev()
              const last = comment?.kind() === "comment" ? comment.prev() : comment
              return [{ ...replace(place, ""), start: last?.range().end.index ?? 0 }]
            },
          },
        ],
        files: { "packages/core/src/tests/load-lazily.test.ts": "load-lazily.test.ts" },
      },
    ],
  },
})
