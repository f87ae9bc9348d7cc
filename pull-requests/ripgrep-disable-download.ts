import {
  declarationOf,
  declareFlag,
  definePullRequest,
  documentFlag,
  type FileEdit,
  importName,
  OPENCODE,
  statementBefore,
} from "./lib.ts"

const NAME = "OPENCODE_DISABLE_RIPGREP_DOWNLOAD"

const refuse = (file: string): FileEdit => ({
  file,
  what: "the statement that makes the URL of ripgrep's release",
  anchor: "/BurntSushi/ripgrep/releases",
  find: declarationOf("^`https?://github\\.[^/]+/BurntSushi/ripgrep/"),
  places: 1,
  change: (place) => [
    statementBefore(
      place,
      `if (Flag.${NAME}) throw new Error("ripgrep (rg) is not in PATH, and ${NAME} is set")`,
    ),
  ],
})

const rows = [documentFlag(NAME, "boolean", "Disable downloading ripgrep; use `rg` from PATH")]
const ripgrep = {
  namespaces: `${OPENCODE}/src/file/ripgrep.ts`,
  effect: "packages/core/src/ripgrep/binary.ts",
}

export default definePullRequest({
  subject: "feat(ripgrep): add a flag that disables its download",
  why: "Without `rg` in PATH, ripgrep is downloaded from GitHub on first use. Where GitHub is not reachable, grep, glob and the file list hang until the connection times out, and then fail without a word of why. With OPENCODE_DISABLE_RIPGREP_DOWNLOAD an `rg` in PATH, or one that was downloaded before, is used as today; when there is none, an error says so at once.",
  closes: [],
  related: [31734],
  instead: [],
  in2x: "Yes: `packages/core/src/ripgrep/binary.ts` is the same file there",
  forms: {
    namespaces: [
      {
        edits: [
          declareFlag("namespaces", NAME, "boolean"),
          refuse(ripgrep.namespaces),
          importName(ripgrep.namespaces, "Flag", "@/flag/flag"),
        ],
        rows,
        files: { [`${OPENCODE}/test/file/ripgrep-flag.test.ts`]: "ripgrep-flag.namespaces.test.ts" },
      },
    ],
    effect: [
      {
        edits: [
          declareFlag("effect", NAME, "boolean"),
          refuse(ripgrep.effect),
          importName(ripgrep.effect, "Flag", "../flag/flag"),
        ],
        rows,
        files: { "packages/core/test/ripgrep-flag.test.ts": "ripgrep-flag.effect.test.ts" },
      },
    ],
  },
})
