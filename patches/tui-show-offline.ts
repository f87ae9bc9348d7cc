import type { SgNode } from "@ast-grep/napi"
import { type Change, definePatch, type NapiConfig, replace } from "./lib.ts"

const version = { rule: { pattern: "Installation.VERSION" } }
const change = (place: SgNode, offline: string) => [replace(place, `${offline}.label(${place.text()})`)]

/** The word behind the key that opens the list of commands: the TUI shows it below every prompt, however narrow it is. */
const HINT = "commands"

const below: Change = {
  what: "the hint at the list of commands below the prompt",
  find: {
    rule: {
      any: [
        { kind: "jsx_text", regex: `^\\s*${HINT}\\s*$` },
        { pattern: `\`${HINT}\``, inside: { kind: "arguments" } },
      ],
    },
  },
  change: (place, offline) => [replace(place, hint(place, offline))],
}

/** Where upstream's own version is read. */
const appVersion: NapiConfig["rule"] = {
  kind: "member_expression",
  all: [
    { has: { field: "property", regex: "^version$" } },
    { has: { field: "object", has: { field: "property", regex: "^app$" } } },
  ],
}

/** The foot of the home screen, and that of the sidebar, are plugins of upstream's own. */
const ofApp: Change = {
  what: "the version in the foot",
  find: { rule: appVersion },
  change,
}

export default definePatch({
  subject: "feat(tui): show below the prompt and beside the version that offline is on",
  why: "Who works offline must see it: the same prompt behaves differently, and a forgotten switch costs an hour.",
  whyPatch: "The TUI has no place where a setting or a plugin could put a word.",
  kind: "offline-only",
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
    { ...below, file: "src/cli/cmd/tui/component/prompt/index.tsx", places: { main: 1 } },
  ],
  effect: [
    { ...ofApp, file: "../tui/src/feature-plugins/home/footer.tsx", places: { git: 1 } },
    { ...ofApp, file: "../tui/src/feature-plugins/sidebar/footer.tsx", places: { git: 1 } },
    { ...below, file: "../tui/src/component/prompt/index.tsx", places: { git: 1 } },
  ],
  chunks: [
    {
      what: "the hint at the list of commands below the prompt",
      anchor: `("${HINT}")`,
      find: { rule: { kind: "string", regex: `^"${HINT}"$`, inside: { kind: "arguments" } } },
      // For a while there was another line of hints.
      places: { "<1.14.48": 1, ">=1.14.48 <1.17.0": 2, ">=1.17.0": 1 },
      change: (place, offline) => [replace(place, hint(place, offline))],
    },
    {
      what: "the version that the TUI shows in the foot of the home screen and of the sidebar",
      anchor: ".app.version",
      find: { rule: { ...appVersion, inside: { kind: "arrow_function" } } },
      places: 2,
      change,
    },
  ],
})

/** The hint with our word: an expression, which JSX puts into braces. */
function hint(place: SgNode, offline: string): string {
  const expression = `${offline}.label("${HINT}", " \\xB7 ")`
  return place.kind() === "jsx_text" ? `{${expression}}` : expression
}
