import { definePatch, replace, type SgNode } from "./lib.ts"

/** The path of a file inside the executable, as code names it. Bundlers put a hash into its name. */
const inside = (name: string) => ({
  rule: {
    kind: "string",
    regex: `^["'](/\\$bunfs|B:/~BUN)/root/${name}(-[0-9a-z]+)?\\.(so|dylib|dll|node)["']$`,
  },
})

const useInstalled = (path: SgNode, offline: string) => [
  replace(path, `${offline}.nativeLibrary(${path.text()})`),
]

const library = (what: string, anchor: string, name: string, places: number | Record<string, number>) => ({
  what,
  anchor,
  find: inside(name),
  places,
  change: useInstalled,
})

export default definePatch({
  subject: "feat(native): load native libraries from where a package has installed them",
  why: "Bun writes each native library into the temporary folder when it is used first. Machines that mount that noexec, or run only what a list knows, load none of them there: no TUI, no terminal, no watching of files.",
  whyPatch:
    "Only the library of terminals can be named by a variable, and Bun has no setting for where it unpacks.",
  kind: "offline-only",
  upstream: [],
  removeWhen: "upstream's executables come with their native libraries as files beside them",
  range: ">=1.14.0",
  level: "optional",
  edits: [],
  chunks: [
    library("the path of OpenTUI's library", "opentui-", "(lib)?opentui", 1),
    library("the path of the terminals' library", "rust_pty", "(lib)?rust_pty(_arm64)?", 1),
    library("the path of the searching library", "fff_c-", "(lib)?fff_c", { ">=1.17.0": 1 }),
    library("the path of the watcher of files", "/watcher-", "watcher", 1),
  ],
})
