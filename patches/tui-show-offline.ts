import type { SgNode } from "@ast-grep/napi"
import { definePatch, replace } from "./lib.ts"

const version = { rule: { pattern: "Installation.VERSION" } }
const change = (place: SgNode, offline: string) => [replace(place, `${offline}.label(${place.text()})`)]

export default definePatch({
  subject: "feat(tui): show beside the version that offline is on",
  why: "Who works offline must see it: the same prompt behaves differently, and a forgotten switch costs an hour.",
  whyPatch: "The TUI has no place where a setting or a plugin could put a word.",
  kind: "upstreamable",
  upstream: [18233],
  removeWhen: "upstream's TUI shows that offline is on",
  range: "*",
  level: "optional",
  edits: [
    {
      file: "src/cli/cmd/tui/routes/home.tsx",
      what: "the version in the foot of the home screen",
      find: version,
      places: { main: 1 },
      change,
    },
    {
      file: "src/cli/cmd/tui/routes/session/sidebar.tsx",
      what: "the version in the foot of the session's sidebar",
      find: version,
      places: { main: 1 },
      change,
    },
  ],
  chunks: [
    {
      what: "the version that the TUI shows in the foot of the home screen and of the sidebar",
      anchor: ".app.version",
      find: {
        rule: {
          kind: "member_expression",
          all: [
            { has: { field: "property", regex: "^version$" } },
            { has: { field: "object", has: { field: "property", regex: "^app$" } } },
            { inside: { kind: "arrow_function" } },
          ],
        },
      },
      places: 2,
      change,
    },
  ],
})
