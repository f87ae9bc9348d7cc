/** Who is run: upstream's as it is, with all of its own switches thrown, with one of them, or ours, offline. */
export type As = "stock" | "switches" | "offline" | (typeof SWITCHES)[number]

/** Upstream's own switches for what connects. */
export const SWITCHES = [
  "OPENCODE_DISABLE_AUTOUPDATE",
  "OPENCODE_DISABLE_DEFAULT_PLUGINS",
  "OPENCODE_DISABLE_LSP_DOWNLOAD",
  "OPENCODE_DISABLE_MODELS_FETCH",
  "OPENCODE_DISABLE_SHARE",
] as const

/** The scenarios in which a switch is thrown alone, as they are about what it is for. */
const ALONE: Record<string, readonly (typeof SWITCHES)[number][]> = {
  "api-session": ["OPENCODE_DISABLE_MODELS_FETCH"],
  "language-servers": ["OPENCODE_DISABLE_LSP_DOWNLOAD"],
  run: ["OPENCODE_DISABLE_DEFAULT_PLUGINS", "OPENCODE_DISABLE_MODELS_FETCH"],
  "share-auto": ["OPENCODE_DISABLE_SHARE"],
  "tui-start": ["OPENCODE_DISABLE_AUTOUPDATE"],
}

/** Those that wait for what a switch takes away, and would wait for ever. */
const NEVER_SWITCHED = ["tui"]

/** The scenarios of the audit that are run when none is named: what most people do. */
export const SCENARIOS = [
  ...[
    "api-session",
    "github",
    "language-servers",
    "models",
    "run",
    "run-tools",
    "serve",
    "share-auto",
    "tui",
  ],
  ...["tui-start", "upgrade", "version"],
]

/** Those who are run in a scenario. @param isBuilt whether there can be an executable of ours */
export function runsIn(scenario: string, isBuilt: boolean): As[] {
  const switched: As[] = NEVER_SWITCHED.includes(scenario) ? [] : ["switches", ...(ALONE[scenario] ?? [])]
  return ["stock", ...switched, ...(isBuilt ? (["offline"] as const) : [])]
}

/** The switches that are thrown, as variables of the environment. */
export function switchesOf(as: As): Record<string, string> {
  const thrown = as === "switches" ? SWITCHES : SWITCHES.filter((name) => name === as)
  return Object.fromEntries(thrown.map((name) => [name, "1"]))
}
