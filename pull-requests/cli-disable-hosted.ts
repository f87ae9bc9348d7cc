import {
  atStart,
  declareFlag,
  definePullRequest,
  documentFlag,
  effectFunction,
  type FileEdit,
  FLAGS,
  functionNamed,
  importName,
  OPENCODE,
  property,
  replace,
  type Step,
} from "./lib.ts"

const NAME = "OPENCODE_DISABLE_HOSTED"
const src = `${OPENCODE}/src`
const share = `${src}/share/share-next.ts`
const github = { namespaces: `${src}/cli/cmd/github.ts`, effect: `${src}/cli/cmd/github.handler.ts` }

/** What a command's object has as its handler, in both of the ways in which a function is written there. */
const handlerOf = (command: string) => ({
  rule: {
    any: [
      { kind: "method_definition", has: { field: "name", regex: "^handler$" } },
      { kind: "arrow_function", inside: { kind: "pair", has: { field: "key", regex: "^handler$" } } },
    ],
    inside: { stopBy: { kind: "call_expression" }, kind: "object", has: property("command", command) },
  },
})

const refused = (
  file: string,
  what: string,
  find: FileEdit["find"],
  places: number,
  name: string,
  anchor?: string,
): FileEdit => ({
  file,
  what,
  ...(anchor && { anchor }),
  find,
  places,
  change: (place) => [atStart(place, `if (refuseHosted("${name}")) return`)],
})

const shareInit: FileEdit = {
  file: share,
  what: "the constant by which sharing is off",
  find: {
    rule: {
      kind: "variable_declarator",
      all: [
        { has: { field: "name", regex: "^disabled$" } },
        { has: { field: "value", regex: "OPENCODE_DISABLE_SHARE" } },
      ],
    },
  },
  places: 1,
  change: (place) => {
    const value = place.field("value")!
    return [replace(value, `Boolean(hostedError("Sharing")) || ${value.text()}`)]
  },
}

const shareCreate = (find: FileEdit["find"], fail: string, anchor = "create"): FileEdit => ({
  file: share,
  what: "the function that creates a share",
  anchor,
  find,
  places: 1,
  change: (place) => [atStart(place, `const off = hostedError("Sharing")\nif (off) ${fail}`)],
})

const step = (vintage: "namespaces" | "effect", edits: FileEdit[], tests: Record<string, string>): Step => ({
  edits: [
    declareFlag(vintage, NAME, "boolean"),
    shareInit,
    ...edits,
    importName(share, "hostedError", "@/cli/hosted"),
    refused(
      `${src}/cli/cmd/upgrade.ts`,
      "the handler of the command upgrade",
      handlerOf('"upgrade \\[target\\]"'),
      1,
      "Upgrading",
      '"upgrade [target]"',
    ),
    importName(`${src}/cli/cmd/upgrade.ts`, "refuseHosted", "../hosted"),
    importName(github[vintage], "refuseHosted", "../hosted"),
    {
      file: `${src}/cli/upgrade.ts`,
      what: "the function upgrade, which looks for a newer version",
      find: functionNamed("upgrade"),
      places: 1,
      change: (place) => [atStart(place, `if (Flag.${NAME}) return`)],
    },
    importName(`${src}/cli/upgrade.ts`, "Flag", FLAGS[vintage].from),
  ],
  rows: [documentFlag(NAME, "boolean", "Disable sharing, upgrades and the GitHub agent")],
  files: {
    [`${src}/cli/hosted.ts`]: "hosted.ts",
    [`${OPENCODE}/test/cli/hosted.test.ts`]: "hosted.test.ts",
    ...tests,
  },
})

const agent = 'the handlers of the commands "github install" and "github run"'

export default definePullRequest({
  subject: "feat(cli): add a flag that disables what is hosted elsewhere",
  why: "Sharing, upgrades and the GitHub agent talk to opncd.ai, opencode.ai and GitHub. An organisation that allows none of them has a flag for two, and with OPENCODE_DISABLE_SHARE a share even seems to have worked: it has an empty address. With OPENCODE_DISABLE_HOSTED each of the three says that it is off, and by which flag; commands exit with 1, and nobody looks for a newer version.",
  closes: [],
  related: [18233],
  instead: ["share-refuse", "upgrade-refuse"],
  in2x: "In part: `upgrade` is there, sharing and the GitHub agent are not yet",
  forms: {
    namespaces: [
      step(
        "namespaces",
        [
          shareCreate(functionNamed("create"), "throw off"),
          refused(github.namespaces, agent, handlerOf('"(install|run)"'), 2, "The GitHub agent"),
        ],
        { [`${OPENCODE}/test/share/share-hosted.test.ts`]: "share-hosted.namespaces.test.ts" },
      ),
    ],
    effect: [
      step(
        "effect",
        [
          shareCreate(
            effectFunction("ShareNext.create"),
            "return yield* Effect.fail(off)",
            '"ShareNext.create"',
          ),
          ...["install", "run"].map((name) =>
            refused(
              github.effect,
              `the Effect Cli.github.${name}`,
              effectFunction(`Cli.github.${name}`),
              1,
              "The GitHub agent",
              `"Cli.github.${name}"`,
            ),
          ),
        ],
        {},
      ),
    ],
  },
})
