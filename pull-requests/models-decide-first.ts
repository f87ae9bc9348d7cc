import {
  atStart,
  declarationOf,
  definePullRequest,
  documentFlag,
  type FileEdit,
  generatorPiped,
  inside,
  nextStatement,
  OPENCODE,
  type SgNode,
} from "./lib.ts"

const FLAG = "Flag.OPENCODE_DISABLE_MODELS_FETCH"

const testsFlag = {
  stopBy: "end",
  kind: "if_statement",
  has: { field: "condition", regex: "^\\([\\w$]+\\.OPENCODE_DISABLE_MODELS_FETCH\\)$" },
} as const

/** With the flag on, the two statements that come to the built-in catalogue stand first. */
const builtInFirst = (value: string) => (place: SgNode) => {
  const load = inside(place, declarationOf(value))
  const comment = load.prev()?.kind() === "comment" ? [load.prev()!] : []
  const lines = [...comment, load, nextStatement(load)!].map((node) => `  ${node.text()}`)
  return [atStart(place, `if (${FLAG} && !Flag.OPENCODE_MODELS_PATH) {\n${lines.join("\n")}\n}`)]
}

const namespaces: FileEdit = {
  file: `${OPENCODE}/src/provider/models.ts`,
  what: `the initialiser of ModelsDev.Data, which tests ${FLAG}`,
  find: {
    rule: {
      kind: "arrow_function",
      has: testsFlag,
      inside: {
        kind: "arguments",
        inside: { kind: "call_expression", has: { field: "function", regex: "^lazy\\d*$" } },
      },
    },
  },
  places: 1,
  change: builtInFirst(String.raw`^await import\("\./models-snapshot`),
}

const effect: FileEdit = {
  file: "packages/core/src/models-dev.ts",
  what: `the generator of the Effect ModelsDev.populate, which tests ${FLAG}`,
  anchor: '"ModelsDev.populate"',
  find: { rule: { ...generatorPiped("ModelsDev.populate").rule, has: testsFlag } },
  places: 1,
  change: builtInFirst(String.raw`^yield\* loadSnapshot$`),
}

const rows = [
  documentFlag("OPENCODE_DISABLE_MODELS_FETCH", "boolean", "Disable fetching models from remote sources"),
]

export default definePullRequest({
  subject: "fix(provider): let the models flag decide before the cache is read",
  why: "With OPENCODE_DISABLE_MODELS_FETCH set, a models.json that an earlier run left in the cache still wins over the catalogue that is built in, so two machines with one version list different models. The flag is now read first: without OPENCODE_MODELS_PATH, the built-in catalogue is used when there is one. Without the flag nothing changes. The docs list the flag.",
  closes: [],
  related: [10766, 4959],
  instead: [],
  in2x: "Yes: `packages/core/src/models-dev.ts` has the same order, where the flag comes in as an option",
  forms: {
    namespaces: [
      {
        edits: [namespaces],
        rows,
        files: { [`${OPENCODE}/test/provider/models-flag.test.ts`]: "models-flag.namespaces.test.ts" },
      },
    ],
    effect: [
      {
        edits: [effect],
        rows,
        files: { "packages/core/test/models-flag.test.ts": "models-flag.effect.test.ts" },
      },
    ],
  },
})
