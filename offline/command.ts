import { describeBaked } from "./baked.ts"
import { check } from "./check.ts"
import { formatReport, report } from "./report.ts"
import { currentState } from "./switch.ts"

interface Options {
  option(name: string, declaration: { type: "boolean"; describe: string; default: boolean }): Options
  positional(name: string, declaration: { type: "string"; describe: string }): Options
  command(module: object): Options
}

const withJson = (yargs: Options) =>
  yargs.option("json", { type: "boolean", describe: "print it as JSON", default: false })

/** `opencode offline check URL`: exit code 0 when it is allowed, 1 when it is denied, 2 when it is no URL. */
const checkCommand = {
  // Not `<url>`: yargs would exit with 1 when it is missing, which means denied.
  command: "check [url]",
  describe: "say whether a URL may be connected to, and why; exit code 0 or 1",
  builder: (yargs: Options) =>
    withJson(yargs).positional("url", { type: "string", describe: "such as https://llm.corp:8443/v1" }),
  handler: ({ url = "", json }: { url?: string; json?: boolean }) => {
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
  builder: (yargs: Options) => withJson(yargs.command(checkCommand)),
  handler: ({ json }: { json?: boolean }) => {
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
