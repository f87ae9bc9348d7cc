import { describeBaked } from "./baked.ts"
import { check } from "./check.ts"
import { formatReport, report } from "./report.ts"
import { currentState } from "./switch.ts"

/** The part of yargs that is used; each call changes the one object, and its own types say what it then holds. */
interface Yargs {
  option(name: string, declaration: { type: "boolean"; describe: string; default: boolean }): unknown
  positional(name: string, declaration: { type: "string"; describe: string }): unknown
  command(module: object): unknown
}

/** What yargs has read, by name; its types leave the values open. */
type Arguments = Record<string, unknown>

function withJson<Y extends Yargs>(yargs: Y): Y {
  yargs.option("json", { type: "boolean", describe: "print it as JSON", default: false })
  return yargs
}

/** `opencode offline check URL`: exit code 0 when it is allowed, 1 when it is denied, 2 when it is no URL. */
const checkCommand = {
  // Not `<url>`: yargs would exit with 1 when it is missing, which means denied.
  command: "check [url]",
  describe: "say whether a URL may be connected to, and why; exit code 0 or 1",
  builder: <Y extends Yargs>(yargs: Y): Y => {
    yargs.positional("url", { type: "string", describe: "such as https://llm.corp:8443/v1" })
    return withJson(yargs)
  },
  handler: ({ url = "", json }: Arguments) => {
    const found = check(String(url), currentState(), process.env)
    if (!found) {
      process.stderr.write(
        `! "${url}" is no URL with a host and a port. Write such as https://llm.corp:8443\n`,
      )
      process.exitCode = 2
      return
    }
    const text = `${found.allowed ? "allowed" : "denied"}  ${found.url}\n  ${found.why}\n`
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : text)
    process.exitCode = found.allowed ? 0 : 1
  },
}

/** `opencode offline`, as a yargs command module: prints the policy in force, with the origin of each entry. */
export const command = {
  command: "offline",
  describe: "show whether OpenCode is offline and what it may connect to",
  builder: <Y extends Yargs>(yargs: Y): Y => {
    yargs.command(checkCommand)
    return withJson(yargs)
  },
  handler: ({ json }: Arguments) => {
    const state = currentState()
    const found = report(state, process.env)
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : formatReport(found, state))
  },
}

/** The version as `--version` prints it: with what the build decided, if it decided anything. */
export function version(upstream: string): string {
  const decided = describeBaked(currentState().baked)
  return decided === undefined ? upstream : `${upstream} (${decided})`
}
