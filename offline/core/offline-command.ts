import { print } from "../print.ts"
import { orStop } from "../setting.ts"
import { currentState } from "../switch.ts"
import { answerVerify } from "../verify/command.ts"
import type { Arguments } from "./arguments.ts"
import { check } from "./check.ts"
import { helpFor, readHelp } from "./help.ts"
import { option } from "./listing.ts"
import { formatReport, report } from "./report.ts"
import { answerSetup } from "./setup/command.ts"

/** Answers `opencode offline` and its commands `check`, `setup` and `verify`, and ends the process. */
export function answerOffline({ bare, words }: Arguments): void {
  if (bare[0] !== "offline") return
  if (bare[1] === "setup") answerSetup(words.slice(words.indexOf("setup") + 1), process.env)
  if (bare[1] === "verify") answerVerify(words.slice(words.indexOf("verify") + 1))
  if (bare[1] === "help") answerHelp(bare)
  const { verb, url, json, help, unknown } = parse(words)
  if (help) end(0, verb === "check" ? CHECK_HELP : HELP)
  if (unknown !== undefined) end(2, "", `! "${unknown}" is not accepted here. Write: ${USAGE}\n`)
  if (verb === "check") answerCheck(url ?? "", json)
  const state = currentState()
  const found = report(state, process.env)
  end(0, json ? toJson(found) : formatReport(found, state))
}

interface Words {
  verb: string | undefined
  url: string | undefined
  json: boolean
  help: boolean
  /** The first word that is not accepted. */
  unknown: string | undefined
}

/** @param words without the switch; the first that is no option is `offline` */
function parse(words: string[]): Words {
  const options = words.filter((word) => word.startsWith("-"))
  const [, verb, url, ...more] = words.filter((word) => !word.startsWith("-"))
  const isVerb = verb === undefined || verb === "check"
  return {
    verb,
    url,
    json: options.includes("--json"),
    help: options.some((word) => HELPS.includes(word)),
    unknown: options.find((word) => word !== "--json" && !HELPS.includes(word)) ?? (isVerb ? more[0] : verb),
  }
}

function answerHelp(bare: string[]): never {
  const { code, out, error } = orStop(() => helpAnswer({ bare }))
  return end(code, out, error)
}

/**
 * What `opencode offline help` answers, wherever options stand among its words.
 * @returns with exit code 0 a page, or the list of them; 2 for a topic that is not there
 * @throws SettingError when this executable is damaged
 */
export function helpAnswer({ bare }: Pick<Arguments, "bare">, pages = readHelp()) {
  const [, , topic, ...more] = bare
  const page = more.length === 0 ? helpFor(topic, pages) : undefined
  if (page !== undefined) return { code: 0, out: page, error: "" }
  const list = helpFor(undefined, pages)
  return { code: 2, out: "", error: `! There is no page "${bare.slice(2).join(" ")}".\n${list}` }
}

const HELPS = ["--help", "-h"]

const USAGE =
  "opencode offline [--json], opencode offline check [url] [--json], opencode offline doctor [--json], opencode offline help [topic], opencode offline verify [--help], or opencode offline setup [--help]"

/** Exit code 0 when the URL is allowed, 1 when it is denied, 2 when it is none. */
function answerCheck(url: string, json: boolean): never {
  const found = check(url, currentState(), process.env)
  if (!found)
    return end(2, "", `! "${url}" is no URL with a host and a port. Write such as https://llm.corp:8443\n`)
  const text = `${found.allowed ? "allowed" : "denied"}  ${found.url}\n  ${found.why}\n`
  return end(found.allowed ? 0 : 1, json ? toJson(found) : text)
}

const OPTIONS = `Options:
  -h, --help     show help                                                          [boolean]
      --offline  ${option.describe}
                                                                                    [boolean]
      --json     print it as JSON                                  [boolean] [default: false]
`

const HELP = `opencode offline

show whether OpenCode is offline and what it may connect to

Commands:
  opencode offline check [url]  say whether a URL may be connected to, and why; exit code 0 or 1
  opencode offline doctor       say whether the kernel can hold every program here (--offline=kernel); exit code 0 or 1
  opencode offline help [topic] print a page: policy, providers, ca, proxy, language-servers, limits
  opencode offline setup        add a model that can be reached to the user-level configuration
  opencode offline verify       compare the installed files with the list that they came with

${OPTIONS}`

const CHECK_HELP = `opencode offline check [url]

say whether a URL may be connected to, and why; exit code 0 or 1

Positionals:
  url  such as https://llm.corp:8443/v1                                              [string]

${OPTIONS}`

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function end(code: number, out: string, error = ""): never {
  print("out", out)
  print("error", error)
  process.exit(code)
}
