import { start, switchedOnBy } from "./switch.ts"

/** What `opencode offline --json` prints. */
export interface Report {
  offline: boolean
  /** What switched it on; null when it is off. */
  origin: string | null
  allow: { entry: string; origin: string }[]
  /** What a project's own file asks for, in vain. */
  ignored: { entry: string; origin: string }[]
}

interface Options {
  option(name: string, declaration: { type: "boolean"; describe: string; default: boolean }): Options
}

/** `opencode offline`, as a yargs command module: prints the policy in force, with the origin of each entry. */
export const command = {
  command: "offline",
  describe: "show whether OpenCode is offline and what it may connect to",
  builder: (yargs: Options) =>
    yargs.option("json", { type: "boolean", describe: "print it as JSON", default: false }),
  handler: ({ json }: { json?: boolean }) => {
    process.stdout.write(json ? `${JSON.stringify(report(), null, 2)}\n` : format(report()))
  },
}

/** The policy in force. Loopback is always allowed. */
export function report(): Report {
  const { origin, policy } = start()
  const lines = (entries: typeof policy.entries) =>
    entries.map((entry) => ({ entry: entry.text, origin: entry.origin }))
  return {
    offline: origin !== undefined,
    origin: origin ?? null,
    allow: origin === undefined ? [] : [{ entry: "loopback", origin: "always" }, ...lines(policy.entries)],
    ignored: lines(policy.ignored),
  }
}

function format({ offline, allow, ignored }: Report): string {
  if (!offline)
    return 'OpenCode is online: nothing is held back. Switch with --offline, OPENCODE_OFFLINE=1, or "offline": true in opencode.json.\n'
  const width = Math.max(...[...allow, ...ignored].map(({ entry }) => entry.length))
  const rows = (lines: Report["allow"]) =>
    lines.map(({ entry, origin }) => `  ${entry.padEnd(width)}  ${origin}\n`).join("")
  const heard =
    ignored.length > 0
      ? `Asked for by a project's own file, which cannot allow anything:\n${rows(ignored)}`
      : ""
  return `OpenCode is offline (${switchedOnBy()}). It may connect to:\n${rows(allow)}${heard}Everything else is denied.\n`
}
