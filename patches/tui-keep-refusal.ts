import { type Change, definePatch, methodNamed, part, replace } from "./lib.ts"

const overwrite: Change = {
  what: "the place where the TUI takes the messages of a session that it has read",
  find: {
    rule: {
      kind: "assignment_expression",
      has: { field: "left", kind: "subscript_expression", regex: "^[\\w$]+\\.message\\[[\\w$]+\\]$" },
      inside: { stopBy: "end", ...methodNamed("sync").rule },
    },
  },
  change: (place, offline) => {
    const [told, read] = [part(place, "left"), part(place, "right")]
    return [replace(read, `${offline}.lastTold(${told.text()}, ${read.text()})`)]
  },
}

export default definePatch({
  subject: "fix(tui): keep what came while a session was read",
  why: "A refusal to the first prompt of a session comes while the TUI still reads that session, and is lost: the answer stays empty.",
  whyPatch: "What is read takes the place of what events have brought in the meantime, in upstream's code.",
  kind: "offline-only",
  upstream: [],
  removeWhen: "the release is one of upstream's that merges the two, as those from 1.17 on do",
  range: "<1.17.0",
  level: "optional",
  edits: [{ ...overwrite, file: "src/cli/cmd/tui/context/sync.tsx", places: { main: 1 } }],
  chunks: [{ ...overwrite, anchor: "async sync(", places: 1 }],
})
