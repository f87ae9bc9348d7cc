import { chain, definePatch, hasFirstArgument } from "./lib.ts"

export default definePatch({
  subject: "feat(cli): add a global --offline option and an offline command",
  why: "Users who must not connect anywhere have no one switch to say so, and no way to see what the switch allows.",
  whyPatch:
    "Options and commands are fixed in the entry file; a plugin is loaded long after they are parsed.",
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
