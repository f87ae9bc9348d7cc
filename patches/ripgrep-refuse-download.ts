import { definePatch, inside, part } from "./lib.ts"

export default definePatch({
  subject: "feat(file): name ripgrep, and how to provide it, when offline",
  why: "The tools grep, glob and list download ripgrep from GitHub when it is not in PATH. Offline, the error that the model and a person see must say what is missing, not which host was blocked.",
  whyPatch:
    "The place where the download begins is inside a function; nothing can be put in its way from outside.",
  kind: "offline-only",
  upstream: [16117],
  removeWhen:
    "offline and without rg in PATH, the result of upstream's tool grep names ripgrep and PATH, and makes no connection",
  edits: [
    {
      file: "src/file/ripgrep.ts",
      what: "the block that downloads ripgrep when its file is not there",
      find: {
        rule: {
          kind: "if_statement",
          all: [
            {
              has: { field: "condition", has: { stopBy: "end", pattern: "Filesystem.exists($FILE)" } },
            },
            { has: { field: "consequence", has: { stopBy: "end", pattern: "fetch($URL)" } } },
          ],
        },
      },
      places: { main: 1, worker: 1 },
      change: (place, offline) => {
        const first = inside(part(place, "consequence"), {
          rule: { kind: "lexical_declaration", nthChild: 1 },
        })
        const at = first.range().start
        const text = `if (${offline}.active()) throw ${offline}.refusal("ripgrep");\n${" ".repeat(at.column)}`
        return [{ start: at.index, end: at.index, text }]
      },
    },
  ],
})
