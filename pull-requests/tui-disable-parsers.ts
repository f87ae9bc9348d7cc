import { definePullRequest, documentFlag, importName, OPENCODE, part, replace, type Step } from "./lib.ts"

const rows = [
  documentFlag(
    "OPENCODE_DISABLE_PARSER_FETCH",
    "boolean",
    "Disable fetching parsers for syntax highlighting",
  ),
]

/** @param tui the folder of the TUI's source */
const step = (tui: string, test: string, source: string): Step => {
  const file = `${tui}/routes/session/index.tsx`
  return {
    edits: [
      {
        file,
        what: "the call of addDefaultParsers",
        find: { rule: { pattern: "addDefaultParsers($PARSERS)" } },
        places: 1,
        change: (call) => {
          const given = part(call, "arguments")
          return [replace(given, `(defaultParsers${given.text()})`)]
        },
      },
      importName(file, "defaultParsers", "../../util/default-parsers"),
    ],
    rows,
    files: { [`${tui}/util/default-parsers.ts`]: "default-parsers.ts", [test]: source },
  }
}

export default definePullRequest({
  subject: "feat(tui): add a flag that disables fetching parsers",
  why: "To draw a code block, the TUI fetches the language's parser and its queries from GitHub. Where GitHub is not reachable each block waits for that, and a firewall's log fills. With OPENCODE_DISABLE_PARSER_FETCH no such parser is registered: code of these languages is drawn plain, at once. Those that OpenTUI brings along stay.",
  closes: [],
  related: [28656],
  instead: ["tui-use-grammars-inside"],
  in2x: "Yes: `packages/tui/src/routes/session/index.tsx` has the same call",
  forms: {
    namespaces: [
      step(
        `${OPENCODE}/src/cli/cmd/tui`,
        `${OPENCODE}/test/cli/tui/default-parsers.test.ts`,
        "default-parsers.namespaces.test.ts",
      ),
    ],
    effect: [
      step(
        "packages/tui/src",
        "packages/tui/test/util/default-parsers.test.ts",
        "default-parsers.effect.test.ts",
      ),
    ],
  },
})
