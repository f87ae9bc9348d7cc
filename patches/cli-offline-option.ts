import { type Change, chain, definePatch, type Edit, hasFirstArgument } from "./lib.ts"

const option: Change = {
  what: 'the declaration of the global option "print-logs"',
  find: hasFirstArgument("option", "print-logs"),
  change: (call, offline) => [chain(call, `.option("offline", ${offline}.option)`)],
}
const command: Change = {
  what: "the declaration of the completion command, which the others follow",
  find: hasFirstArgument("completion", "completion"),
  change: (call, offline) => [chain(call, `.command(${offline}.command)`)],
}

const edits: Edit[] = [
  { ...option, file: "src/index.ts", places: { main: 1 } },
  { ...command, file: "src/index.ts", places: { main: 1 } },
]

export default definePatch({
  subject: "feat(cli): list the --offline option and the offline command in the help",
  why: "Who looks for a way to make no connection reads `opencode --help`, and finds neither the switch nor what shows what it allows.",
  whyPatch:
    "What the help lists is fixed in the entry file; the option and the command themselves are read ahead of it.",
  kind: "upstreamable",
  upstream: [18233, 16117, 2224],
  removeWhen: "upstream's `opencode --help` lists --offline",
  range: "*",
  level: "optional",
  edits,
  effect: edits,
  chunks: [
    { ...option, anchor: '"print-logs"', places: 1 },
    { ...command, anchor: '"completion"', places: 1 },
  ],
})
