import type { SgNode } from "@ast-grep/napi"
import { type Change, definePatch, inside, part, replace } from "./lib.ts"

const version = { rule: { pattern: "Installation.VERSION" } }
const change = (place: SgNode, offline: string) => [replace(place, `${offline}.label(${place.text()})`)]

/** Where the TUI begins to show what the server asks it to; the function that shows it is used for ours, too. */
const toasts: Change["change"] = (place, offline) => {
  const show = inside(place, {
    rule: {
      kind: "call_expression",
      has: { field: "function", kind: "member_expression", has: { field: "property", regex: "^show$" } },
    },
  })
  const toast = part(part(show, "function"), "object").text()
  return [replace(place, `(${offline}.showRefusals((toast)=>${toast}.show(toast)),${place.text()})`)]
}

export default definePatch({
  subject: "feat(tui): show that offline is on, and what was refused",
  why: "Who works offline must see it: the same prompt behaves differently, and a forgotten switch costs an hour. Which setting would allow what was refused is for that person, and not for the model.",
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
    {
      file: "src/cli/cmd/tui/app.tsx",
      what: "the subscription to messages that the TUI shows",
      find: {
        rule: {
          kind: "call_expression",
          has: { field: "arguments", regex: "^\\(TuiEvent\\.ToastShow\\.type," },
        },
      },
      places: { main: 1 },
      change: toasts,
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
    {
      what: "the subscription to messages that the TUI shows",
      anchor: '"tui.toast.show"',
      find: {
        rule: {
          kind: "call_expression",
          all: [
            { has: { field: "function", has: { field: "property", regex: "^on$" } } },
            { has: { field: "arguments", regex: '^\\("tui\\.toast\\.show",' } },
          ],
        },
      },
      places: 1,
      change: toasts,
    },
  ],
})
