import { atStart, captured, definePatch, functionNamed, inside, part } from "./lib.ts"

const FLAG = "Flag.OPENCODE_DISABLE_MODELS_FETCH"

export default definePatch({
  subject: "fix(provider): decide about the model catalogue before cache and snapshot are read",
  why: "With the fetch of models.dev disabled, a cache from another day still wins over the catalogue inside the executable, so two machines with one version list different models.",
  whyPatch: "The order is fixed in the code: the flag is read after cache and snapshot.",
  kind: "upstreamable",
  upstream: [4959, 10766],
  removeWhen:
    "with OPENCODE_DISABLE_MODELS_FETCH=1 and a models.json in the cache, upstream's `opencode models` lists the catalogue inside",
  edits: [
    {
      file: "src/provider/models.ts",
      what: `the initialiser of ModelsDev.Data, which tests ${FLAG}`,
      find: {
        rule: {
          kind: "arrow_function",
          all: [
            {
              has: {
                stopBy: "end",
                kind: "if_statement",
                has: { field: "condition", has: { pattern: FLAG } },
              },
            },
            { has: { stopBy: "end", pattern: "$READER.readJson($PATH ?? $CACHE)" } },
          ],
          inside: {
            kind: "arguments",
            inside: { kind: "call_expression", has: { field: "function", regex: "^lazy\\d*$" } },
          },
        },
      },
      places: { main: 1, worker: 1 },
      change: (place, offline) => {
        const read = inside(place, "$READER.readJson($PATH ?? $CACHE)")
        const snapshot = inside(place, {
          rule: { kind: "variable_declarator", has: { field: "name", regex: "^snapshot\\d*$" } },
        })
        const sources = [
          `path: ${captured(read, "PATH").text()}`,
          `cache: ${captured(read, "CACHE").text()}`,
          `inside: async () => ${part(snapshot, "value").text()}`,
        ]
        const text = `if (${FLAG}) return ${offline}.models.catalogue({ ${sources.join(", ")} });`
        return [atStart(place, `// @ts-ignore: the build makes the snapshot\n${text}`)]
      },
    },
    {
      file: "src/provider/models.ts",
      what: "the function refresh, which fetches models.dev",
      find: functionNamed("refresh"),
      places: { main: 1, worker: 1 },
      change: (place) => [atStart(place, `if (${FLAG}) return;`)],
    },
    {
      file: "src/cli/cmd/models.ts",
      what: "the statement of `models --refresh` that refreshes",
      find: {
        rule: {
          kind: "if_statement",
          has: { field: "consequence", has: { stopBy: "end", pattern: "ModelsDev.refresh()" } },
        },
      },
      places: { main: 1 },
      change: (place, offline) => [
        atStart(
          part(place, "consequence"),
          `if (${offline}.models.fetchDisabled()) return ${offline}.models.refuseRefresh();`,
        ),
      ],
    },
  ],
})
