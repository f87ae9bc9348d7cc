import { type Change, definePatch, inside, part, replace } from "./lib.ts"

/** The function that shows a message of the server's is used for ours, too. */
const subscription: Omit<Change, "find"> = {
  what: "the subscription to messages that the TUI shows",
  change: (place, offline) => {
    const show = inside(place, {
      rule: {
        kind: "call_expression",
        has: { field: "function", kind: "member_expression", has: { field: "property", regex: "^show$" } },
      },
    })
    const toast = part(part(show, "function"), "object").text()
    const both = `${offline}.showRefusals((refused)=>${toast}.show(refused)),${place.text()}`
    // A parenthesis at the start of a statement would call what stands before it, where no semicolons are written.
    return [replace(place, place.parent()?.kind() === "expression_statement" ? both : `(${both})`)]
  },
}

/** From 1.17 on its name is written out. */
const byName: Change = {
  ...subscription,
  find: {
    rule: {
      kind: "call_expression",
      all: [
        { has: { field: "function", has: { field: "property", regex: "^on$" } } },
        { has: { field: "arguments", regex: '^\\("tui\\.toast\\.show",' } },
      ],
    },
  },
}

export default definePatch({
  subject: "feat(tui): show the person what was refused, and the setting that would allow it",
  why: "Which setting would allow what was refused is for the person, and not for the model: the error that a tool's result has does not name it.",
  whyPatch: "The TUI shows what its server asks it to, and the server has no message of this kind.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "upstream's TUI shows a refused connection to the person apart from what the model is told",
  range: "*",
  level: "optional",
  edits: [
    {
      ...subscription,
      file: "src/cli/cmd/tui/app.tsx",
      find: {
        rule: {
          kind: "call_expression",
          has: { field: "arguments", regex: "^\\(TuiEvent\\.ToastShow\\.type," },
        },
      },
      places: { main: 1 },
    },
  ],
  effect: [{ ...byName, file: "../tui/src/app.tsx", places: { git: 1 } }],
  chunks: [
    { ...byName, anchor: '"tui.toast.show"', places: { ">=1.17.0": 1 } },
    {
      ...subscription,
      anchor: ".ToastShow.type,",
      find: {
        rule: {
          kind: "call_expression",
          all: [
            { has: { field: "function", has: { field: "property", regex: "^on$" } } },
            { has: { field: "arguments", regex: "^\\([\\w$]+\\.ToastShow\\.type," } },
          ],
        },
      },
      places: { "<1.17.0": 1 },
    },
  ],
})
