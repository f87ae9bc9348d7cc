import { chain, definePatch, hasFirstArgument } from "./lib.ts"

export default definePatch({
  subject: "feat(cli): list the --offline option and the offline command in the help",
  why: "Who looks for a way to make no connection reads `opencode --help`, and finds neither the switch nor what shows what it allows.",
  whyPatch:
    "What the help lists is fixed in the entry file; the option and the command themselves are read ahead of it.",
  kind: "upstreamable",
  upstream: [18233, 16117, 2224],
  removeWhen: "upstream's `opencode --help` lists --offline",
  edits: [
    {
      file: "src/index.ts",
      what: 'the declaration of the global option "print-logs"',
      find: hasFirstArgument("option", "print-logs"),
      places: { main: 1 },
      change: (call, offline) => [chain(call, `.option("offline", ${offline}.option)`)],
    },
    {
      file: "src/index.ts",
      what: "the declaration of the completion command, which the others follow",
      find: hasFirstArgument("completion", "completion"),
      places: { main: 1 },
      change: (call, offline) => [chain(call, `.command(${offline}.command)`)],
    },
  ],
})
