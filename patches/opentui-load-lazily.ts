import { definePatch, replace } from "./lib.ts"

export default definePatch({
  subject: "fix(tui): load the renderer's native library when something is drawn",
  why: "Every command, `--version` and `serve` too, writes a native library of 4 MB to the temporary folder, leaves it there, loads it and binds its functions. A machine that is used for a day has a gigabyte of them, a server has no use for native code that draws, and it is a tenth of the start.",
  whyPatch:
    "The library is loaded when its module is evaluated, and every command evaluates it. It is loaded again on first use anyway when the first attempt failed, so nothing else depends on it.",
  kind: "upstreamable",
  upstream: [],
  removeWhen: "upstream's `opencode --version` leaves no file that ends in .so in an empty TMPDIR",
  range: "<1.14",
  level: "optional",
  edits: [
    {
      file: "node_modules/@opentui/core/",
      what: "the attempt to load the render library when the module is evaluated",
      anchor: "new FFIRenderLib(",
      find: {
        rule: {
          kind: "try_statement",
          inside: { kind: "program" },
          has: {
            field: "body",
            all: [
              {
                has: {
                  kind: "expression_statement",
                  nthChild: 1,
                  has: { pattern: "$LIB = new FFIRenderLib($PATH)" },
                },
              },
              { not: { has: { nthChild: 2 } } },
            ],
          },
        },
      },
      places: { main: 1 },
      change: (place) => [replace(place, "// Loaded by resolveRenderLib, on first use.")],
    },
  ],
})
