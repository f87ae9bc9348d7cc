import { atStart, definePatch, part } from "./lib.ts"

export default definePatch({
  subject: "feat(file): use the ripgrep inside the executable instead of downloading one",
  why: "The tools grep and glob, the search for files and the completion of @ download ripgrep from GitHub when there is no rg in PATH: without internet they are missing, and with it a program is run that no hash was checked of.",
  whyPatch:
    "The place where the download begins is inside a function; nothing can be put in its way from outside.",
  kind: "upstreamable",
  upstream: [16117],
  removeWhen: "without rg in PATH, upstream's tool grep finds a line and makes no connection",
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
      change: (place, offline) => [
        atStart(
          part(place, "consequence"),
          `const carried = await ${offline}.ripgrep();\nif (carried) return { filepath: carried };`,
        ),
      ],
    },
  ],
})
