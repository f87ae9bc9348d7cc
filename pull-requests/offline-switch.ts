import {
  atStart,
  before,
  chain,
  declareFlag,
  definePullRequest,
  documentFlag,
  type FileEdit,
  FLAGS,
  functionNamed,
  hasFirstArgument,
  importName,
  OPENCODE,
  part,
  type Step,
} from "./lib.ts"

const NAME = "OPENCODE_OFFLINE"
const index = `${OPENCODE}/src/index.ts`
const registry = `${OPENCODE}/src/tool/registry.ts`

/** Puts an import ahead of all others: what it does must be done when they are evaluated. */
const importFirst = (file: string, from: string): FileEdit => ({
  file,
  what: "the start of the file",
  find: { rule: { kind: "program" } },
  places: 1,
  change: (program) => {
    const first = program.children().find((node) => node.isNamed() && node.kind() !== "hash_bang_line")!
    return [before(first, `import "${from}"\n`)]
  },
})

const SECTION = `---

## Offline

Without internet, or where no connection but the one to your model is wanted, set \`OPENCODE_OFFLINE\` or pass \`--offline\`.

\`\`\`bash
OPENCODE_OFFLINE=1 opencode
opencode run --offline "Explain how closures work in JavaScript"
\`\`\`

It stands for the flags that disable the model catalogue's fetch, npm installs, downloads of ripgrep, of language servers and
of parsers, upgrades, sharing and the GitHub agent. Each works alone, and one that you set keeps its value. Web search is not
offered.

It is no sandbox: providers, MCP servers, plugins and what the model runs connect as they do without it.
`

const offer: Record<"namespaces" | "effect", FileEdit> = {
  namespaces: {
    file: registry,
    what: "the statement that decides whether web search is offered",
    find: { rule: { kind: "if_statement", has: { field: "condition", regex: '=== "websearch"' } } },
    places: 1,
    change: (place) => [atStart(part(place, "consequence"), `if (Flag.${NAME}) return false`)],
  },
  effect: {
    file: registry,
    what: "the function webSearchEnabled",
    find: functionNamed("webSearchEnabled"),
    places: 1,
    change: (place) => [atStart(place, `if (Flag.${NAME}) return false`)],
  },
}

const steps = (vintage: "namespaces" | "effect", test: string): Step[] => {
  const folder = FLAGS[vintage].file.replace("/flag.ts", "")
  return [
    {
      subject: `feat(offline): add ${NAME}, which sets the other flags`,
      edits: [declareFlag(vintage, NAME, "boolean"), importFirst(FLAGS[vintage].file, "./offline")],
      rows: [documentFlag(NAME, "boolean", "Disable all connections but those you configure")],
      files: { [`${folder}/offline.ts`]: "offline.ts", [test]: `offline.${vintage}.test.ts` },
    },
    {
      subject: "feat(offline): add --offline to every command",
      edits: [
        importFirst(index, "./cli/offline-argument"),
        {
          file: index,
          what: 'the declaration of the global option "print-logs"',
          anchor: '"print-logs"',
          find: hasFirstArgument("option", "print-logs"),
          places: 1,
          change: (call) => [
            chain(
              call,
              `.option("offline", {\n    describe: "make no connection but those you configure",\n    type: "boolean",\n  })`,
            ),
          ],
        },
      ],
      rows: [
        {
          ...documentFlag("", "boolean", ""),
          after: "`--log-level`",
          cells: ["`--offline`", "", "Make no connection but configured ones"],
        },
      ],
      files: {
        [`${OPENCODE}/src/cli/offline-argument.ts`]: "offline-argument.ts",
        [`${OPENCODE}/test/cli/offline-argument.test.ts`]: "offline-argument.test.ts",
      },
    },
    {
      subject: "feat(offline): offer no web search",
      edits: [offer[vintage], importName(registry, "Flag", FLAGS[vintage].from)],
    },
    {
      subject: "docs(offline): say what offline is, and what it is not",
      edits: [],
      sections: { "packages/web/src/content/docs/network.mdx": SECTION },
    },
  ]
}

export default definePullRequest({
  subject: "feat(offline): add one switch for connections that are not configured",
  why: "Each connection that OpenCode makes by itself has a flag of its own, or none, and nobody finds all of them. OPENCODE_OFFLINE, or --offline on every command, stands for them: it sets each flag that is not set, before anything reads them, and hides web search. It is no sandbox, and says so in the docs: what is configured, and what the model runs, connects as before.",
  closes: [18233],
  related: [],
  instead: ["cli-offline-option", "search-tools-off"],
  needs: ["ripgrep-disable-download", "tui-disable-parsers", "npm-disable-install", "cli-disable-hosted"],
  in2x: "Yes, and a client must hand it to the server that all clients of a person share, which may run already",
  forms: {
    namespaces: steps("namespaces", `${OPENCODE}/test/flag/offline.test.ts`),
    effect: steps("effect", "packages/core/test/offline.test.ts"),
  },
})
